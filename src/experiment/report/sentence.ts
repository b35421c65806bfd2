import type { Comparison, Summary, VariantSummary } from '../summary.ts';

/**
 * What the comparison found, in a sentence that cannot mislead: both shares, the points between them, the factor and
 * the relative change together, never one alone; or that there is no difference, and what the way through costs.
 */
export function verdictSentence(summary: Summary, comparison: Comparison): string {
  const before = summary.variants.find(({ variant }) => variant === comparison.against);
  const after = summary.variants.find(({ variant }) => variant === comparison.variant);
  if (before === undefined || after === undefined) return '';
  return comparison.differs ? difference(before, after, comparison) : noDifference(before, after, comparison);
}

function difference(before: VariantSummary, after: VariantSummary, { success }: Comparison): string {
  const factor = before.success === 0 ? 'from none' : `${number(after.success / before.success)}×`;
  const relative =
    before.success === 0 ? '' : `, ${signed((after.success / before.success - 1) * 100, 0)} % relative`;
  const interval = `${signed(success.low * 100, 0)} to ${signed(success.high * 100, 0)} points at 95 %, n = ${after.n} each`;
  return (
    `Success ${percent(before.success)} → ${percent(after.success)} ` +
    `(${signed(success.difference * 100, 0)} points, ${factor}${relative}; ` +
    `failures ${percent(1 - before.success)} → ${percent(1 - after.success)}; ${interval}).`
  );
}

function noDifference(before: VariantSummary, after: VariantSummary, comparison: Comparison): string {
  const { success, latency } = comparison;
  const interval = `between ${signed(success.low * 100, 1)} and ${signed(success.high * 100, 1)} points at 95 %, n = ${after.n} each`;
  const shares = `success ${percent(before.success)} → ${percent(after.success)}`;
  return `No difference in success within the interval: ${shares} (${interval}).${latencySentence(latency)}`;
}

/** What a request that succeeded both ways took longer, or less long. */
function latencySentence(latency: Comparison['latency']): string {
  if (latency === null) return '';
  const { median, low, high, n } = latency;
  const large = Math.abs(median) >= 10;
  const shown = (ms: number): string => signed(large ? ms : ms * 1_000, large ? 1 : 0);
  const unit = large ? 'ms' : 'µs';
  const told = `${shown(median)} ${unit} per request (median of ${n} pairs, ${shown(low)} to ${shown(high)} at 95 %)`;
  return low > 0 ? ` It costs ${told}.` : high < 0 ? ` It saves time: ${told}.` : ` In time: ${told}.`;
}

export function upstreamSentence(summary: Summary, comparison: Comparison): string {
  const [before, after] = [comparison.against, comparison.variant].map((name) =>
    summary.variants.find(({ variant }) => variant === name),
  );
  if (before === undefined || after === undefined) return '';
  const share = percent(Math.abs(comparison.upstreamSaved));
  const what = comparison.upstreamSaved >= 0 ? `${share} saved` : `${share} more`;
  return `Requests at the upstream: ${before.upstreamRequests} → ${after.upstreamRequests} (${what}).`;
}

export function percent(share: number): string {
  const value = share * 100;
  const rounded = value.toFixed(value > 99.9 && value < 100 ? 2 : 1).replace(/\.0$/, '');
  return `${rounded} %`;
}

export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
}

function number(value: number): string {
  return value.toFixed(value >= 10 ? 0 : 1);
}
