/** A baseline of a running gateway: set, then something changes, and the change is seen by all who ask. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLiveStream } from '../support/live-stream.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

interface Report {
  readonly requests: number;
  readonly kept: string;
  readonly now: { readonly requests: number };
  readonly figures: readonly {
    readonly figure: string;
    readonly then: number | null;
    readonly now: number | null;
    readonly difference: number | null;
    readonly factor: number | null;
  }[];
}

const ask = async ({ url }: Stack, question: string): Promise<number> => {
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model: 'llama3.2:1b', messages: [{ role: 'user', content: question }] }),
  });
  await response.arrayBuffer();
  return response.status;
};

interface Answer {
  readonly status: number;
  readonly baseline: Report | null;
  readonly error: { readonly code: string; readonly message: string };
}

async function call({ url }: Stack, method: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${url}/admin/baseline`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
}

const figure = (report: Report | null, id: string): Report['figures'][number] | undefined =>
  report?.figures.find((one) => one.figure === id);

/** A second is known once it has been sampled. */
const setOver = (stack: Stack, requests: number): Promise<Report> =>
  until(
    async () => {
      const { baseline } = await call(stack, 'PUT', { windowSeconds: 600 });
      return baseline !== null && baseline !== undefined && baseline.requests >= requests ? baseline : null;
    },
    `a baseline over ${String(requests)} requests`,
  );

describe('a baseline', () => {
  it('shows what a fault did, over HTTP, in /health, in /metrics, on the page and in the event log', async () => {
    await using stack = await startStack({
      config: { retry: { max: 0 }, cache: { mode: 'off' } },
      upstream: { breaker: { consecutiveFailures: 100 } },
    });
    const none = await call(stack, 'GET');
    expect([none.status, none.baseline]).toEqual([200, null]);
    const early = await call(stack, 'PUT');
    expect([early.status, early.error.code]).toEqual([400, 'invalid_field']);
    expect(early.error.message).toMatch(/expected a window with traffic; no request was finished/);

    for (let i = 0; i < 10; i++) expect(await ask(stack, `Lake ${String(i)}?`)).toBe(200);
    const before = await setOver(stack, 10);
    expect(before).toMatchObject({ requests: 10, kept: expect.stringMatching(/^in memory only/) as string });
    expect(figure(before, 'success')).toMatchObject({ then: 1, now: null });

    stack.simulator.setFaults({ rules: [{ fault: 'status', status: 500 }] });
    for (let i = 0; i < 5; i++) expect(await ask(stack, `River ${String(i)}?`)).toBeGreaterThanOrEqual(500);
    stack.simulator.clearFaults();
    for (let i = 0; i < 5; i++) expect(await ask(stack, `Sea ${String(i)}?`)).toBe(200);
    const after = await until(async () => {
      const { baseline } = await call(stack, 'GET');
      return baseline?.now.requests === 10 ? baseline : null;
    }, 'all of it after the baseline');
    expect(figure(after, 'success')).toMatchObject({ then: 1, now: 0.5, difference: -0.5, factor: 0.5 });
    expect(figure(after, 'attempts_per_request')).toMatchObject({ then: 1, now: 1, factor: 1 });

    const health = (await (await fetch(`${stack.url}/health`)).json()) as { baseline: Report | null };
    expect(figure(health.baseline, 'success')).toMatchObject({ then: 1, now: 0.5 });
    const metrics = await (await fetch(`${stack.url}/metrics`)).text();
    expect(metrics).toContain('llamascope_baseline{figure="success"} 1\n');

    await using stream = await openLiveStream(stack.url);
    const hello = await stream.hello();
    expect(hello.state.baseline).toMatchObject({ requests: 10, kept: 'memory' });
    expect(hello.actions).toContainEqual({ id: 'baseline.set', method: 'PUT', path: '/admin/baseline' });
    expect(hello.log.map(({ text }) => text)).toContain('An operator did baseline.set.');
    const tick = await until(() => stream.ticks().find(({ baseline }) => baseline), 'a tick with it');
    expect(tick.baseline?.values['success']).toBe(0.5);

    expect(await call(stack, 'DELETE')).toEqual({ status: 200, baseline: null });
    const cleared = await (await fetch(`${stack.url}/metrics`)).text();
    expect(cleared).not.toContain('llamascope_baseline{');
  });

  it('outlives a restart where the history does', async () => {
    const home = mkdtempSync(join(tmpdir(), 'llamascope-baseline-'));
    onTestFinished(() => {
      rmSync(home, { recursive: true });
    });
    const config = { dashboard: { snapshotPath: join(home, 'history') } };
    {
      await using stack = await startStack({ config });
      await ask(stack, 'Which lake is the deepest?');
      expect((await setOver(stack, 1)).kept).toMatch(/^with the history/);
    }
    await using stack = await startStack({ config });
    const back = await until(async () => (await call(stack, 'GET')).baseline, 'the baseline');
    expect(back.requests).toBe(1);
  });

  it.each([
    [{ windowSeconds: 5 }, /^windowSeconds: expected a whole number from 10 to 172800, got 5$/],
    [{ windowSeconds: '1h' }, /^windowSeconds: expected a whole number from 10 to 172800, got "1h"$/],
    [{ window: 60 }, /^window: expected windowSeconds as the only field, got 60$/],
    [[], /^body: expected an object/],
  ])('refuses %j', async (body, message) => {
    await using stack = await startStack();
    const answer = await call(stack, 'PUT', body);
    expect(answer.status).toBe(400);
    expect(answer.error.message).toMatch(message);
  });

  it('says why there is none when there is no history', async () => {
    await using stack = await startStack({ config: { dashboard: { enabled: false } } });
    const answer = await call(stack, 'PUT');
    expect([answer.status, answer.error.code]).toEqual([404, 'metrics_disabled']);
    expect(await (await fetch(`${stack.url}/health`)).json()).toMatchObject({ baseline: null });
  });
});
