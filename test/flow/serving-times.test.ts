/** What the metrics say of the models, against the final objects that the simulator sent: equal, not close. */
import { expect, it } from 'vitest';
import type { GatewayEvent } from '../../src/core/events.ts';
import { startFleet } from '../support/fleet.ts';
import { scrape, valueOf } from '../support/metrics.ts';
import { until } from '../support/until.ts';

const MODEL = 'llama3.2:1b';
type Finished = GatewayEvent & { type: 'request.finished' };

interface Final {
  readonly load_duration: number;
  readonly prompt_eval_count: number;
  readonly prompt_eval_duration: number;
  readonly eval_count: number;
  readonly eval_duration: number;
}

interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

const QUESTIONS = ['Why is the sky blue?', 'What is the capital of France?', 'How do bees make honey?'];

it('load, prefill, decode, tokens, first token and pace are exact over streams of both APIs', async () => {
  await using fleet = await startFleet({
    ollama: {
      models: [MODEL],
      simulator: { loadMs: 30, tokensPerSecond: 400, prefillTokensPerSecond: 2_000 },
    },
  });
  const finished: Finished[] = [];
  fleet.gateway.events.subscribe((event) => {
    if (event.type === 'request.finished' && event.model === MODEL) finished.push(event);
  });
  const finals: Final[] = [];
  for (const content of QUESTIONS) {
    const body = { model: MODEL, messages: [{ role: 'user', content }], options: { num_predict: 12 } };
    const response = await fetch(`${fleet.url}/api/chat`, { method: 'POST', body: JSON.stringify(body) });
    finals.push(JSON.parse((await response.text()).trim().split('\n').at(-1) ?? '') as Final);
  }
  const usages: Usage[] = [];
  for (const content of QUESTIONS.slice(0, 2)) {
    const response = await fetch(`${fleet.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        model: MODEL,
        stream: true,
        stream_options: { include_usage: true },
        messages: [{ role: 'user', content }],
        max_tokens: 12,
      }),
    });
    const usage = /"usage":(\{"prompt_tokens"[^}]*\})/.exec(await response.text());
    usages.push(JSON.parse(usage?.[1] ?? '') as Usage);
  }
  await until(() => finished.length === 5, 'five requests to be counted');
  expect(finals.every(({ eval_count: count, load_duration: load }) => count > 1 && load >= 0)).toBe(true);

  const samples = await scrape(fleet.url);
  const histogram = (name: string): readonly [number, number] => [
    valueOf(samples, `${name}_count`, { model: MODEL }),
    valueOf(samples, `${name}_sum`, { model: MODEL }),
  ];
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const expectExact = (name: string, values: readonly number[]): void => {
    const [count, total] = histogram(name);
    expect([name, count]).toEqual([name, values.length]);
    // Sums of the same doubles, perhaps in another order.
    expect(Math.abs(total - sum(values)), name).toBeLessThan(1e-12);
  };
  // The OpenAI API does not report times.
  expectExact(
    'llamascope_model_load_seconds',
    finals.map((final) => final.load_duration / 1e9),
  );
  expectExact(
    'llamascope_prefill_seconds',
    finals.map((final) => final.prompt_eval_duration / 1e9),
  );
  expectExact(
    'llamascope_decode_seconds',
    finals.map((final) => final.eval_duration / 1e9),
  );
  const tokens = (direction: string): number =>
    valueOf(samples, 'llamascope_tokens_total', { model: MODEL, direction });
  expect(tokens('input')).toBe(
    sum(finals.map((final) => final.prompt_eval_count)) + sum(usages.map((usage) => usage.prompt_tokens)),
  );
  expect(tokens('output')).toBe(
    sum(finals.map((final) => final.eval_count)) + sum(usages.map((usage) => usage.completion_tokens)),
  );
  const counts = [...finals.map((one) => one.eval_count), ...usages.map((one) => one.completion_tokens)];
  const firstMs = finished.map(({ ttftMs }) => ttftMs ?? NaN);
  expectExact(
    'llamascope_time_to_first_token_seconds',
    firstMs.map((ms) => ms / 1_000),
  );
  expectExact(
    'llamascope_time_per_output_token_seconds',
    finished.map(
      ({ durationMs }, index) =>
        (durationMs - (firstMs[index] ?? NaN)) / 1_000 / ((counts[index] ?? NaN) - 1),
    ),
  );
  // And the gateway's own clock agrees with the model's account: the first token came after load and prefill.
  finals.forEach(({ load_duration: load, prompt_eval_duration: prefill }, index) => {
    expect(firstMs[index]).toBeGreaterThanOrEqual((load + prefill) / 1e6 - 2);
  });
});
