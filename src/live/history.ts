/**
 * A panel over a range, from the rings or, for ranges that they do not reach, from a Prometheus. What is asked of it is
 * the panel's own expression, printed; nothing of the caller's text gets there. When it fails, the rings answer what
 * they can and the reply says what is missing.
 */
import { GatewayError } from '../core/errors.ts';
import type { SeriesReader } from '../observability/evaluate.ts';
import type { Panel } from '../observability/panels/panel.ts';
import { PANELS } from '../observability/panels/views.ts';
import { panelHistory } from './panel-values.ts';
import type { PrometheusSource } from './prometheus-source.ts';
import type { HistoryReply } from './protocol-replies.ts';
import { TIER_SIZES, type TierSize } from './rings/tier.ts';

const DEFAULT_RANGE_MS = 15 * 60_000;
/** As many points as a wide chart has pixels to show. */
const MAX_POINTS = 720;
const HARD_MAX_POINTS = 3_000;
export const LONGEST_SECONDS: number = 90 * 86_400;

export interface HistoryDeps {
  readonly reader: SeriesReader;
  /** The end of the newest second that was sampled; 0 before the first. */
  readonly end: () => number;
  /** The oldest moment that the rings reach, or null. */
  readonly since: () => number | null;
  readonly prometheus: PrometheusSource | null;
  readonly wallMs: () => number;
}

export interface HistoryRequest {
  readonly panel: Panel;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepSeconds: number;
}

/** Throws `invalid_field` naming the parameter, its value and what was expected. */
export function readHistoryRequest(query: URLSearchParams, wallMs: number): HistoryRequest {
  const panel = PANELS.get(query.get('panel') ?? '');
  if (panel === undefined) {
    const known = [...PANELS.keys()].join(', ');
    throw new GatewayError(
      'unknown_name',
      `panel ${shown(query.get('panel'))}: no such panel; there are ${known}`,
    );
  }
  const toMs = readNumber(query, 'to', wallMs, 'unix milliseconds');
  const fromMs = readNumber(query, 'from', toMs - DEFAULT_RANGE_MS, 'unix milliseconds');
  if (fromMs >= toMs)
    throw new GatewayError('invalid_field', `from ${fromMs}: expected a time before to, ${toMs}`);
  const seconds = (toMs - fromMs) / 1_000;
  if (seconds > LONGEST_SECONDS) {
    throw new GatewayError(
      'invalid_field',
      `from ${fromMs}: expected at most ${LONGEST_SECONDS} s before to`,
    );
  }
  const stepSeconds = readNumber(query, 'step', defaultStep(seconds), 'seconds, at least 1');
  if (stepSeconds < 1)
    throw new GatewayError('invalid_field', `step ${stepSeconds}: expected seconds, at least 1`);
  if (seconds / stepSeconds > HARD_MAX_POINTS) {
    throw new GatewayError('invalid_field', `step ${stepSeconds}: gives more than ${HARD_MAX_POINTS} points`);
  }
  return { panel, fromMs, toMs, stepSeconds: Math.round(stepSeconds) };
}

function readNumber(query: URLSearchParams, name: string, fallback: number, expected: string): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new GatewayError('invalid_field', `${name} ${shown(text)}: expected ${expected}`);
  }
  return value;
}

const shown = (text: string | null): string => JSON.stringify((text ?? '').slice(0, 100));

/** A round step that gives at most `MAX_POINTS`. */
function defaultStep(seconds: number): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200];
  return steps.find((step) => seconds / step <= MAX_POINTS) ?? Math.ceil(seconds / MAX_POINTS);
}

export async function answerHistory(request: HistoryRequest, deps: HistoryDeps): Promise<HistoryReply> {
  const since = deps.since();
  const beyond = since === null || request.fromMs < since - request.stepSeconds * 1_000;
  if (deps.prometheus === null || !beyond) return fromRings(request, deps, null);
  const times = timesOf(request, request.toMs);
  const windowSeconds = Math.max(request.stepSeconds, request.panel.minWindowSeconds);
  try {
    const wholeSeconds = (request.toMs - request.fromMs) / 1_000;
    const series = await deps.prometheus.history(request.panel, { times, windowSeconds, wholeSeconds });
    return reply(request, { times, windowSeconds, series, source: 'prometheus', partial: null });
  } catch (error) {
    return fromRings(request, deps, `Prometheus did not answer: ${(error as Error).message}`);
  }
}

function fromRings(request: HistoryRequest, deps: HistoryDeps, partial: string | null): HistoryReply {
  const endMs = Math.min(request.toMs, deps.end());
  const stepSeconds = Math.max(request.stepSeconds, tierFor(request.fromMs, deps.wallMs()).stepSeconds);
  const widened = { ...request, stepSeconds };
  const times = timesOf(widened, endMs);
  const windowSeconds = Math.max(stepSeconds, request.panel.minWindowSeconds);
  const wholeSeconds = Math.max(1, (endMs - request.fromMs) / 1_000);
  const series = panelHistory(request.panel, deps.reader, { times, windowSeconds, endMs, wholeSeconds });
  return reply(widened, { times, windowSeconds, series, source: 'live', partial });
}

/** The finest tier that was made to reach that far. */
function tierFor(fromMs: number, wallMs: number): TierSize {
  const seconds = (wallMs - fromMs) / 1_000;
  // A little more than a tier holds is still asked of it: what is missing at the edge is no reason for coarser steps.
  const fitting = TIER_SIZES.find(({ stepSeconds, slots }) => stepSeconds * slots * 1.02 >= seconds);
  return fitting ?? (TIER_SIZES[TIER_SIZES.length - 1] as TierSize);
}

/** Ends of steps, on round times, so that two questions a moment apart have the same points. */
function timesOf({ fromMs, stepSeconds }: HistoryRequest, toMs: number): readonly number[] {
  const stepMs = stepSeconds * 1_000;
  const times: number[] = [];
  for (let time = Math.ceil((fromMs + 1) / stepMs) * stepMs; time <= toMs; time += stepMs) times.push(time);
  return times;
}

function reply(
  { panel, fromMs, toMs, stepSeconds }: HistoryRequest,
  found: Pick<HistoryReply, 'times' | 'windowSeconds' | 'series' | 'source' | 'partial'>,
): HistoryReply {
  return { panel: panel.id, from: fromMs, to: toMs, stepSeconds, ...found };
}

/** RFC 4180: `time` and one column per series. */
export function historyCsv({ times, series }: HistoryReply): string {
  const head = ['time', ...series.map(({ legend }) => legend)].map(csvField).join(',');
  const rows = times.map((time, index) =>
    [new Date(time).toISOString(), ...series.map(({ values }) => values[index] ?? '')].join(','),
  );
  return `${[head, ...rows].join('\r\n')}\r\n`;
}

/** A field that a spreadsheet would take for a formula gets a quote in front: legends contain names from the wire. */
function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
