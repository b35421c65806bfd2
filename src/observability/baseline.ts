/**
 * The figures of a baseline, each one an expression: what is kept when somebody says "from here on", and what the present is
 * then compared with. Evaluated over the live rings and printed as PromQL from the same list, so that a figure means the same
 * in both. There is none for cost: prices are not known, and tokens are what a bill would count.
 */
import type { MetricLabels } from '../telemetry/catalogue.ts';
import { increase, plus, quantile, rate, ratio, type Expr } from './expression.ts';

export type FigureId = MetricLabels<'llamascope_baseline'>['figure'];

export interface BaselineFigure {
  readonly id: FigureId;
  readonly title: string;
  readonly unit: 'ratio' | 'seconds' | 'count' | 'per_second' | 'tokens_per_second';
  /** Which way is an improvement; null where neither is. */
  readonly better: 'higher' | 'lower' | null;
  readonly expr: Expr<never>;
}

const finished = rate('llamascope_requests_total');
const hits = rate('semcache_hits_total');

export const BASELINE_FIGURES: readonly BaselineFigure[] = [
  figure(
    'success',
    'Success ratio',
    'ratio',
    'higher',
    ratio(
      rate('llamascope_requests_total', { where: { outcome: 'ok' } }),
      // As the panel has it: neither the client's own mistake nor its leaving counts against us.
      rate('llamascope_requests_total', { where: { outcome: { not: ['client_error', 'aborted'] } } }),
    ),
  ),
  figure(
    'duration_p50',
    'Duration p50',
    'seconds',
    'lower',
    quantile(0.5, 'llamascope_request_duration_seconds'),
  ),
  figure(
    'duration_p95',
    'Duration p95',
    'seconds',
    'lower',
    quantile(0.95, 'llamascope_request_duration_seconds'),
  ),
  figure(
    'first_token_p50',
    'First token p50',
    'seconds',
    'lower',
    quantile(0.5, 'llamascope_time_to_first_token_seconds'),
  ),
  figure(
    'first_token_p95',
    'First token p95',
    'seconds',
    'lower',
    quantile(0.95, 'llamascope_time_to_first_token_seconds'),
  ),
  figure(
    'hit_ratio',
    'Cache hit ratio',
    'ratio',
    'higher',
    ratio(hits, plus(hits, rate('semcache_misses_total'))),
  ),
  figure(
    'attempts_per_request',
    'Upstream attempts per request',
    'count',
    'lower',
    ratio(rate('llamascope_upstream_attempts_total'), finished),
  ),
  figure('requests_per_second', 'Requests', 'per_second', null, finished),
  figure(
    'tokens_per_second',
    'Tokens, in and out',
    'tokens_per_second',
    null,
    rate('llamascope_tokens_total'),
  ),
];

/** Without any there is nothing to compare with. */
export const BASELINE_REQUESTS: Expr<never> = increase('llamascope_requests_total');

function figure(
  id: FigureId,
  title: string,
  unit: BaselineFigure['unit'],
  better: BaselineFigure['better'],
  expr: Expr<never>,
): BaselineFigure {
  return { id, title, unit, better, expr };
}
