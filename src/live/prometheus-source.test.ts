/** Long ranges: what is asked of a Prometheus, and what is said when it does not answer. The real one is in test/monitoring. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PANELS } from '../observability/panels/views.ts';
import type { Panel } from '../observability/panels/panel.ts';
import type { SeriesReader } from '../observability/evaluate.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { answerHistory } from './history.ts';
import { createPrometheusSource, type PrometheusSource } from './prometheus-source.ts';

const panel = PANELS.get('requests') as Panel;
const nothing: SeriesReader = { increase: () => [], buckets: () => [], bounds: () => [], gauge: () => [] };
const range = { times: [60_000, 120_000], windowSeconds: 60, wholeSeconds: 120 };

describe('a Prometheus behind the page', () => {
  let answer: (path: string, query: URLSearchParams, response: ServerResponse) => void;
  const asked: { path: string; query: URLSearchParams }[] = [];
  const results: string[] = [];
  const clock = new ManualClock();
  let source: PrometheusSource;
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const query = new URLSearchParams(body);
      asked.push({ path: request.url ?? '', query });
      answer(request.url ?? '', query, response);
    });
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prometheus`;
    const options = { url, matchers: 'job="llamascope"', prefix: '' };
    source = createPrometheusSource(options, clock, (result) => results.push(result));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked.length = 0;
    results.length = 0;
  });

  const history = (): ReturnType<typeof answerHistory> =>
    answerHistory(
      { panel, fromMs: 0, toMs: 120_000, stepSeconds: 60 },
      { reader: nothing, end: () => 0, since: () => 100_000_000, prometheus: source, wallMs: () => 120_000 },
    );

  it('is asked for the panel and nothing else, and fills its gaps with nothing', async () => {
    answer = (path, _, response) => {
      const metric = { outcome: 'ok' };
      const result = path.endsWith('query_range')
        ? [{ metric, values: [[120, '2.5']] }]
        : [{ metric, value: [120, '2'] }];
      response.end(JSON.stringify({ status: 'success', data: { result } }));
    };
    const reply = await history();
    expect(reply).toMatchObject({ source: 'prometheus', partial: null });
    expect(reply.series).toMatchObject([
      { key: 'outcome{outcome="ok"}', legend: 'ok', values: [null, 2.5], whole: 2 },
    ]);
    expect(asked.map(({ path }) => path).sort()).toEqual([
      '/prometheus/api/v1/query',
      '/prometheus/api/v1/query_range',
    ]);
    const ranged = asked.find(({ path }) => path.endsWith('range'))?.query;
    expect(Object.fromEntries(ranged ?? [])).toEqual({
      query: 'sum by (outcome) (rate(llamascope_requests_total{job="llamascope"}[1m]))',
      start: '60',
      end: '120',
      step: '60',
    });
    expect(results).toEqual(['ok', 'ok']);
  });

  it.each([
    [
      '{"status":"error","error":"query processing would load too many samples"}',
      'query processing would load too many samples',
    ],
    ['<html>', 'its answer is not JSON'],
    ['{}', 'its answer is not that of a Prometheus'],
    ['{"status":"success","data":{}}', 'its answer has no result'],
  ])('that answers %s leaves the page with what it has, and a sentence', async (text, why) => {
    answer = (_, __, response) => response.end(text);
    expect(await history()).toMatchObject({ source: 'live', partial: `Prometheus did not answer: ${why}` });
    expect(results).toContain('failed');
  });

  it('that says nothing is not waited for longer than five seconds', async () => {
    answer = () => {
      if (asked.length === 2) clock.advance(5_000);
    };
    await expect(source.history(panel, range)).rejects.toThrow('no answer within 5 s');
    expect(results.filter((result) => result === 'timeout').length).toBe(2);
  });

  it('that sends too much is cut off', async () => {
    answer = (_, __, response) => response.end(Buffer.alloc(17 * 1_048_576, 32));
    await expect(source.history(panel, range)).rejects.toThrow('its answer is too large');
  });
});
