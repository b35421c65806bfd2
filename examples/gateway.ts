/**
 * The engine as a library: the official clients on `gateway.fetch`, without a listener. A simulator stands in for the
 * Ollama server. Run it with `node examples/gateway.ts` in an installed project.
 */
import { createGateway } from 'llamascope';
import { startSimulator } from 'llamascope/testing';
import { Ollama } from 'ollama';
import OpenAI from 'openai';

await using closing = new AsyncDisposableStack();
const simulator = await startSimulator({ loadMs: 0 });
closing.defer(() => simulator.close());
const gateway = createGateway({
  upstreams: [{ name: 'local', url: simulator.url }],
  cache: { mode: 'exact', sampled: true },
  log: { level: 'silent' },
});
closing.defer(() => gateway.close(0));

const messages = [{ role: 'user' as const, content: 'What is the capital of France?' }];
const ollama = new Ollama({ fetch: gateway.fetch });
for await (const part of await ollama.chat({ model: 'llama3.2:1b', messages, stream: true })) {
  process.stdout.write(part.message.content);
}
process.stdout.write('\n');

const openai = new OpenAI({ apiKey: 'any', baseURL: 'http://gateway/v1', fetch: gateway.fetch });
const answer = await openai.chat.completions.create({ model: 'llama3.2:1b', messages });
process.stdout.write(`${answer.choices[0]?.message.content ?? ''}\n`);

const { body } = await gateway.metrics.render();
process.stdout.write(
  `${body
    .split('\n')
    .filter((line) => line.startsWith('circuit_breaker_calls_total'))
    .join('\n')}\n`,
);
