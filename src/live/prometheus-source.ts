/**
 * Long ranges from a Prometheus that scrapes this gateway. It is asked for panels of the catalogue and for nothing
 * else, with a deadline; an answer too large or not understood is a failure. Whoever asked says so to the reader.
 */
import { request as httpsRequest } from 'node:https';
import { nodeHttp } from '../runtime/node-http.ts';
import type { Clock } from '../runtime/clock.ts';
import type { AnyExpr } from '../observability/expression.ts';
import type { Panel, PanelSeries } from '../observability/panels/panel.ts';
import { printPromql, promqlDuration } from '../observability/promql.ts';
import { describeSeries } from './panel-values.ts';
import type { HistorySeries } from './protocol-replies.ts';

const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 16 * 1_048_576;

export interface PrometheusOptions {
  readonly url: string;
  /** Put into every selector, e.g. `job="llamascope"`. */
  readonly matchers: string;
  readonly prefix: string;
}

export interface PrometheusRange {
  readonly times: readonly number[];
  readonly windowSeconds: number;
  readonly wholeSeconds: number;
}

export interface PrometheusSource {
  /** Rejects when it could not be asked or did not understand. */
  history(panel: Panel, range: PrometheusRange): Promise<readonly HistorySeries[]>;
  /** The values of an expression now. Rejects likewise. */
  now(expression: AnyExpr): Promise<readonly InstantValue[]>;
}

export interface InstantValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

type Count = (result: 'ok' | 'failed' | 'timeout') => void;

class TimedOut extends Error {}

type Ask = (path: string, parameters: Readonly<Record<string, string>>) => Promise<readonly Result[]>;

export function createPrometheusSource(
  options: PrometheusOptions,
  clock: Clock,
  count: Count,
): PrometheusSource {
  const ask: Ask = async (path, parameters) => {
    try {
      const results = readAnswer(await post(new URL(path, withSlash(options.url)), parameters, clock));
      count('ok');
      return results;
    } catch (error) {
      count(error instanceof TimedOut ? 'timeout' : 'failed');
      throw error;
    }
  };
  return {
    async history(panel, range): Promise<readonly HistorySeries[]> {
      const found = panel.series.map((query) =>
        queryHistory(ask, query, { panel: panel.id, range, options }),
      );
      return (await Promise.all(found)).flat();
    },
    async now(expression): Promise<readonly InstantValue[]> {
      const { matchers: scope, prefix } = options;
      const query = printPromql(expression, { range: '5m', scope, prefix });
      return (await ask('api/v1/query', { query })).flatMap(({ metric: labels, value }) => {
        const number = finite(value?.[1]);
        return number === null ? [] : [{ labels, value: number }];
      });
    },
  };
}

interface Wanted {
  readonly panel: string;
  readonly range: PrometheusRange;
  readonly options: PrometheusOptions;
}

async function queryHistory(
  ask: Ask,
  query: PanelSeries,
  { panel, range, options }: Wanted,
): Promise<HistorySeries[]> {
  const { times, windowSeconds, wholeSeconds } = range;
  const print = (seconds: number): string =>
    printPromql(query.expr, {
      range: promqlDuration(Math.max(1, Math.round(seconds))),
      scope: options.matchers,
      prefix: options.prefix,
    });
  const [first = 0, second = first + 1_000] = times;
  const last = times[times.length - 1] ?? first;
  const [points, wholes] = await Promise.all([
    ask('api/v1/query_range', {
      query: print(windowSeconds),
      start: String(first / 1_000),
      end: String(last / 1_000),
      step: String((second - first) / 1_000),
    }),
    ask('api/v1/query', { query: print(wholeSeconds), time: String(last / 1_000) }),
  ]);
  const keyOf = (metric: Result['metric']): string => describeSeries(panel, query, metric).key;
  const wholeByKey = new Map(wholes.map(({ metric, value }) => [keyOf(metric), finite(value?.[1])]));
  return points.map(({ metric, values = [] }) => {
    const info = describeSeries(panel, query, metric);
    const byTime = new Map(values.map(([seconds, text]) => [Math.round(seconds * 1_000), finite(text)]));
    return {
      ...info,
      values: times.map((time) => byTime.get(time) ?? null),
      whole: wholeByKey.get(info.key) ?? null,
    };
  });
}

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

function finite(text: string | undefined): number | null {
  const value = Number(text ?? NaN);
  return Number.isFinite(value) ? value : null;
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);

function readAnswer(text: string): readonly Result[] {
  let answer: { status?: unknown; error?: string; data?: { result?: unknown } };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    throw new Error('its answer is not JSON');
  }
  if (answer.status !== 'success') throw new Error(answer.error ?? 'its answer is not that of a Prometheus');
  const result = answer.data?.result;
  if (!Array.isArray(result)) throw new Error('its answer has no result');
  return result as Result[];
}

function post(url: URL, parameters: Readonly<Record<string, string>>, clock: Clock): Promise<string> {
  const body = new URLSearchParams(parameters).toString();
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : nodeHttp.request;
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
    };
    const request = send(url, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) request.destroy(new Error('its answer is too large'));
        chunks.push(chunk);
      });
      response.on('end', () => {
        resolve(Buffer.concat(chunks).toString('utf8'));
      });
      response.on('error', reject);
    });
    const timer = clock.setTimer(TIMEOUT_MS, () => {
      request.destroy(new TimedOut(`no answer within ${TIMEOUT_MS / 1_000} s`));
    });
    request.on('error', reject);
    request.on('close', () => {
      timer.cancel();
    });
    request.end(body);
  });
}
