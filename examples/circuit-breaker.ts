/**
 * The circuit breaker on its own, without the gateway. Run it (`node circuit-breaker.ts`, in the checkout with
 * `--conditions=llamascope-source`): a service fails, is left alone, is probed, and gets its traffic back.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { CircuitBreaker, GatewayError } from 'llamascope/resilience';

// Stands for whatever you call: a model server, a database, another team.
let broken = true;
async function answer(): Promise<string> {
  await pause(5);
  if (broken) throw new Error('connection refused');
  return 'hello';
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

// Short times, so that the example ends soon. The defaults are 5 failures, 30 s open and 2 probes.
const breaker = new CircuitBreaker(
  { name: 'model-server', consecutiveFailures: 3, openMs: 200, closeAfter: 2 },
  {
    emit: (event) => {
      if (event.type === 'breaker.transitioned') say(`  ${event.from} -> ${event.to} (${event.cause})`);
    },
  },
);

async function call(): Promise<void> {
  try {
    say(await breaker.execute(answer));
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'breaker_open')
      say('refused at once, nothing was called');
    else say(`failed: ${String(error)}`);
  }
}

for (let i = 0; i < 5; i += 1) await call();

broken = false;
await pause(300);
for (let i = 0; i < 3; i += 1) await call();

// In two steps, for answers whose outcome is known only at the end of a stream.
const permit = breaker.tryAcquire();
if (permit.admitted) {
  try {
    for (const word of ['one', 'token', 'after', 'another']) {
      await pause(5);
      say(word);
    }
    permit.success();
  } catch {
    permit.failure();
  }
}

const { acquired, success, failure, rejected } = breaker.totals();
say(`acquired ${acquired} = success ${success} + failure ${failure}; rejected ${rejected}`);
breaker.close();
