import { Ollama } from 'ollama';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { ManualClock } from '../../runtime/manual-clock.ts';
import { seededRng } from '../../runtime/rng.ts';
import { CHAT_MODELS } from '../models/spec.ts';
import { startSimulator, type Simulator, type SimulatorDeps, type SimulatorOptions } from '../index.ts';

const open: Simulator[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

async function start(options: SimulatorOptions = {}, deps: SimulatorDeps = {}): Promise<Simulator> {
  const simulator = await startSimulator({ embedder: null, ...options }, deps);
  open.push(simulator);
  return simulator;
}

const MODEL = 'llama3.2:1b';
const MESSAGES = [{ role: 'user', content: 'Why is the sky blue?' }];
const whole = { model: MODEL, messages: MESSAGES };

const post = (simulator: Simulator, body: object, signal?: AbortSignal): Promise<Response> =>
  fetch(`${simulator.url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });

/** Moves simulated time in steps until the condition holds, letting everything happen in between. */
async function advanceUntil(
  clock: ManualClock,
  stepMs: number,
  condition: () => boolean,
  what: string,
): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited 10 s in vain for: ${what}`);
    clock.advance(stepMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('time', () => {
  it('is load, then prefill, then one token after the other, and the final object accounts for it', async () => {
    const clock = new ManualClock();
    const simulator = await start(
      { loadMs: 1_000, prefillTokensPerSecond: 100, tokensPerSecond: 10 },
      { clock },
    );
    let answer: Record<string, number> | null = null;
    void post(simulator, { ...whole, stream: false }).then(async (response) => {
      answer = (await response.json()) as Record<string, number>;
    });
    await until(() => simulator.state().loads === 1, 'the load to begin');
    await advanceUntil(clock, 50, () => answer !== null, 'the answer');
    const {
      load_duration,
      prompt_eval_duration,
      eval_duration,
      total_duration,
      prompt_eval_count,
      eval_count,
    } = answer as unknown as Record<string, number>;
    const ms = (ns: number | undefined): number => (ns ?? 0) / 1e6;
    expect(ms(load_duration)).toBe(1_000);
    expect(ms(prompt_eval_duration)).toBeGreaterThanOrEqual(((prompt_eval_count ?? 0) / 100) * 1_000 - 1);
    // Time moves in steps of 50 ms here, so that each wait may be up to one step too long.
    expect(ms(eval_duration)).toBeGreaterThanOrEqual((eval_count ?? 0) * 100);
    expect(ms(eval_duration)).toBeLessThanOrEqual((eval_count ?? 0) * 100 + 100);
    expect(ms(total_duration)).toBeGreaterThanOrEqual(
      ms(load_duration) + ms(prompt_eval_duration) + ms(eval_duration),
    );
  });

  it('passes faster with speed, and is told in simulated nanoseconds', async () => {
    const simulator = await start({ speed: 1_000, loadMs: 20_000, tokensPerSecond: 2 });
    const from = performance.now();
    const answer = (await (await post(simulator, { ...whole, stream: false })).json()) as Record<
      string,
      number
    >;
    expect(performance.now() - from).toBeLessThan(3_000);
    // A timer may fire up to a millisecond early, which is a simulated second here.
    expect(answer['load_duration']).toBeGreaterThanOrEqual(19_000e6);
    expect(answer['eval_duration']).toBeGreaterThanOrEqual((answer['eval_count'] ?? 0) * 500e6 * 0.95);
  });

  it('varies with jitter, the same for the same seed', async () => {
    const durations = async (seed: number): Promise<number[]> => {
      const clock = new ManualClock();
      const simulator = await start(
        { jitter: 0.5, loadMs: 1_000, tokensPerSecond: 0, prefillTokensPerSecond: 0, maxLoadedModels: 1 },
        { clock, rng: seededRng(seed) },
      );
      const seen: number[] = [];
      for (const model of [MODEL, 'qwen2.5:0.5b', MODEL]) {
        let done = false;
        const loads = simulator.state().loads;
        void post(simulator, { ...whole, model, stream: false }).then(async (response) => {
          const { load_duration } = (await response.json()) as { load_duration: number };
          seen.push(Math.round(load_duration / 1e6));
          done = true;
        });
        await until(() => simulator.state().loads === loads + 1, 'the load');
        await advanceUntil(clock, 1, () => done, 'the answer');
      }
      return seen;
    };
    const first = await durations(1);
    expect(new Set(first).size).toBe(3);
    expect(first.every((ms) => ms >= 500 && ms <= 1_501)).toBe(true);
    const again = await durations(1);
    // Whether a timer is due within a step of 1 ms may differ by that step.
    again.forEach((ms, index) => expect(Math.abs(ms - (first[index] ?? 0))).toBeLessThanOrEqual(1));
    expect(await durations(2)).not.toEqual(first);
  });

  it('can be a model’s own', async () => {
    const models = CHAT_MODELS.map((spec) => ({
      ...spec,
      loadMs: 7_000,
      tokensPerSecond: 1,
      prefillTokensPerSecond: 1,
    }));
    const simulator = await start({ models, speed: 1_000 });
    const answer = (await (await post(simulator, { ...whole, stream: false })).json()) as Record<
      string,
      number
    >;
    expect(answer['load_duration']).toBeGreaterThan(1_500e6);
    expect(answer['prompt_eval_duration']).toBeGreaterThanOrEqual((answer['prompt_eval_count'] ?? 0) * 0.9e9);
  });
});

describe('slots and aborts', () => {
  const slow = { loadMs: 0, prefillTokensPerSecond: 0, tokensPerSecond: 20 };

  it('serve one at a time, the next at once when one is done or gone', async () => {
    const simulator = await start({ ...slow, tokensPerSecond: 1 });
    const aborter = new AbortController();
    const first = post(simulator, whole, aborter.signal).catch(() => null);
    await until(() => simulator.state().working === 1, 'the first');
    const second = new AbortController();
    const waiting = post(simulator, whole, second.signal).catch(() => null);
    const third = post(simulator, { ...whole, options: { num_predict: 1 } });
    await until(() => simulator.state().queued === 2, 'the queue');
    second.abort();
    await until(() => simulator.state().queued === 1, 'the second to leave the queue');
    aborter.abort();
    expect((await third).status).toBe(200);
    await Promise.all([first, waiting]);
    await until(() => simulator.state().aborted === 2, 'both aborts');
    await until(() => simulator.state().working === 0 && simulator.state().inFlight === 0, 'idle');
  });

  it('work in parallel as far as configured', async () => {
    const simulator = await start({ ...slow, numParallel: 2 });
    const all = Array.from({ length: 3 }, () =>
      post(simulator, { ...whole, stream: false, options: { num_predict: 4 } }),
    );
    await until(() => simulator.state().working === 2 && simulator.state().queued === 1, 'two at work');
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(simulator.state().inFlightHigh).toBe(3);
  });

  it('a client that leaves during prefill frees the slot at once, or after it when so configured', async () => {
    for (const abortHoldsPrefill of [false, true]) {
      const clock = new ManualClock();
      const simulator = await start(
        { loadMs: 0, prefillTokensPerSecond: 1, tokensPerSecond: 0, abortHoldsPrefill },
        { clock },
      );
      const aborter = new AbortController();
      const request = post(simulator, whole, aborter.signal).catch(() => null);
      await advanceUntil(clock, 1, () => simulator.state().working === 1, 'the slot');
      aborter.abort();
      await request;
      await until(() => simulator.state().aborted === 1, 'the abort');
      if (abortHoldsPrefill) {
        expect([simulator.state().working, simulator.state().inFlight]).toEqual([1, 0]);
        clock.advance(100_000);
      }
      await until(() => simulator.state().working === 0, 'the slot to be free');
    }
  });

  it('the official client aborts mid-stream, and the slot is free before the next token', async () => {
    const clock = new ManualClock();
    const simulator = await start(slow, { clock });
    const client = new Ollama({ host: simulator.url });
    let parts = 0;
    const reading = (async (): Promise<void> => {
      for await (const part of await client.chat({ ...whole, stream: true })) {
        if (part.message.content !== '') parts += 1;
      }
    })();
    await advanceUntil(clock, 10, () => parts > 0, 'a first token');
    const abortedAt = clock.now();
    client.abort();
    await expect(reading).rejects.toThrow(/abort/i);
    await until(() => simulator.state().aborted === 1 && simulator.state().working === 0, 'the end');
    expect(simulator.state().requests.at(-1)).toMatchObject({ outcome: 'aborted', status: 200, abortedAt });
  });

  it('close ends everything at once', async () => {
    const simulator = await start({ ...slow, tokensPerSecond: 1 });
    const streaming = post(simulator, whole);
    const body = (await streaming).text();
    const waiting = post(simulator, whole);
    waiting.catch(() => undefined);
    await until(() => simulator.state().queued === 1, 'the queue');
    const from = performance.now();
    await simulator.close();
    expect(performance.now() - from).toBeLessThan(1_000);
    await expect(body).rejects.toThrow();
    await expect(waiting).rejects.toThrow();
    await simulator.close();
  });
});
