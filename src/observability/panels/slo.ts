import { atMost, minus, number, observations, rate, ratio, type Expr } from '../expression.ts';
import { definePanel, type Panel } from './panel.ts';

const MINUTE = 60;
const HOUR = 3_600;
/** The windows of multi-window burn-rate alerts. */
const WINDOWS = {
  m5: ['5 min', 5 * MINUTE],
  m30: ['30 min', 30 * MINUTE],
  h1: ['1 h', HOUR],
  h6: ['6 h', 6 * HOUR],
} as const;

/** What failed of what clients rightly asked for. */
function errorRatio(window: number): Expr<never> {
  return ratio(
    rate('llamascope_requests_total', { where: { outcome: ['upstream_error', 'timeout', 'shed'] }, window }),
    rate('llamascope_requests_total', { where: { outcome: { not: ['client_error', 'aborted'] } }, window }),
  );
}

function slowShare(window: number): Expr<never> {
  const quick = ratio(
    atMost(2.5, 'llamascope_time_to_first_token_seconds', { window }),
    observations('llamascope_time_to_first_token_seconds', { window }),
  );
  return minus(number(1), quick);
}

function overWindows(of: (window: number) => Expr<never>): Record<string, readonly [string, Expr<never>]> {
  return Object.fromEntries(
    Object.entries(WINDOWS).map(([id, [legend, seconds]]) => [id, [legend, of(seconds)] as const]),
  );
}

/** Objectives are looked at over fixed windows, whatever range the reader has chosen. */
export const sloPanels: readonly Panel[] = [
  definePanel('error-ratio-windows', {
    title: 'Error ratio over 5 min, 30 min, 1 h and 6 h',
    question: 'Is the error budget being spent, and how fast?',
    unit: 'ratio',
    description:
      'Requests that ended as upstream error, timeout or shed, over all but client errors and aborts. Divide by the budget (0.01 for 99 %) for the burn rate.',
    series: overWindows(errorRatio),
  }),
  definePanel('slow-first-token-windows', {
    title: 'Answers that started after 2.5 s',
    question: 'Which share of people waited too long for the first word?',
    unit: 'ratio',
    description: 'Streamed answers whose first content took longer than 2.5 s.',
    series: overWindows(slowShare),
    whenEmpty: 'No streamed answers in this range.',
  }),
];
