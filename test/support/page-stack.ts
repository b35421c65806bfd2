/** A gateway with two upstreams that have something to do: what the page is looked at with. */
import type { ConfigInput } from '../../src/config/config.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { until } from './until.ts';

export interface PageStack extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly simulators: readonly Simulator[];
  /** Of the gateway. */
  readonly url: string;
  /** Of the page. */
  readonly page: string;
  /** Asks without end until stopped, a few at a time. */
  load(): AsyncDisposable;
}

const QUESTIONS = [
  'What is the capital of France?',
  'Which city is the capital of France?',
  'How many legs does a spider have?',
  'What is the boiling point of water?',
  'Who wrote Hamlet?',
] as const;

export async function startPageStack(config: Omit<ConfigInput, 'upstreams'> = {}): Promise<PageStack> {
  const simulators = await Promise.all(
    [1, 2].map((seed) =>
      startSimulator({ seed, loadMs: 50, tokensPerSecond: 400, numParallel: 4, control: 'same' }),
    ),
  );
  const gateway = createGateway({
    upstreams: simulators.map(({ url }, at) => ({
      name: `gpu-${at + 1}`,
      kind: 'ollama',
      url,
      parallel: 4,
      // One failure opens it: the pool turns away from an upstream that fails before it has failed often.
      breaker: { consecutiveFailures: 1, openMs: 60_000 },
    })),
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    cache: { mode: 'on', sampled: true, embedder: 'builtin' },
    ...config,
  });
  const { url } = await gateway.listen();
  await gateway.ready();
  return {
    gateway,
    simulators,
    url,
    page: `${url}/dashboard/`,
    load: () => startLoad(url),
    async [Symbol.asyncDispose](): Promise<void> {
      await gateway.close(200);
      await Promise.all(simulators.map((simulator) => simulator.close()));
    },
  };
}

/** Comes in waves of a minute and a half, as people do. */
const pauseMs = (): number => 60 + 240 * Math.sin(performance.now() / 28_000) ** 2;

function startLoad(url: string): AsyncDisposable {
  let running = true;
  let asked = 0;
  const ask = async (): Promise<void> => {
    while (running) {
      asked += 1;
      // Every second one is new, so that upstreams have work as well as the cache.
      const content =
        asked % 2 === 0 ? (QUESTIONS[asked % QUESTIONS.length] ?? '') : `Tell me about number ${asked}.`;
      const body = JSON.stringify({ model: 'llama3.2:1b', messages: [{ role: 'user', content }] });
      await fetch(`${url}/api/chat`, { method: 'POST', body }).then(
        (response) => response.arrayBuffer(),
        () => undefined,
      );
      await new Promise((resolve) => setTimeout(resolve, pauseMs()));
    }
  };
  const workers = [ask(), ask(), ask()];
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      running = false;
      await Promise.all(workers);
    },
  };
}

/** Waits until the gateway has answered some. */
export async function answered(stack: PageStack, count: number): Promise<void> {
  await until(async () => {
    const { body } = await stack.gateway.metrics.render();
    const ok = /^llamascope_requests_total\{endpoint="\/api\/chat",outcome="ok"\} (\d+)/m.exec(body)?.[1];
    return Number(ok ?? 0) >= count;
  }, `${count} answers`);
}
