/** A comparison as `llamascope compare` writes it into report.json: the parts that the page shows. */
export interface ComparisonReport {
  readonly title: string;
  readonly verdict: string;
  readonly rows: readonly ComparisonRow[];
}

export interface ComparisonRow {
  readonly variant: string;
  readonly n: number;
  /** Shares, 0 to 1. */
  readonly success: number;
  readonly low: number;
  readonly high: number;
  /** Milliseconds of successful requests, or null. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly upstreamRequests: number;
  readonly wrong: number;
}

const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const number = (value: unknown): number => (typeof value === 'number' ? value : NaN);
const orNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Null when the text is not such a report, or of a version that this page does not know. */
export function readComparison(json: string): ComparisonReport | null {
  let report: Readonly<Record<string, unknown>>;
  try {
    report = object(JSON.parse(json));
  } catch {
    return null;
  }
  const variants = object(report['summary'])['variants'];
  if (report['version'] !== 1 || !Array.isArray(variants)) return null;
  const scenario = object(object(report['plan'])['scenario']);
  const rows = variants.map((one: unknown): ComparisonRow => {
    const variant = object(one);
    const interval = object(variant['interval']);
    return {
      variant: text(variant['variant']),
      n: number(variant['n']),
      success: number(variant['success']),
      low: number(interval['low']),
      high: number(interval['high']),
      p50Ms: orNull(variant['p50Ms']),
      p95Ms: orNull(variant['p95Ms']),
      upstreamRequests: number(variant['upstreamRequests']),
      wrong: number(object(variant['outcomes'])['wrong']),
    };
  });
  const whole = rows.every(({ n, success, low, high }) => [n, success, low, high].every(Number.isFinite));
  if (!whole) return null;
  return {
    title: `${text(scenario['name'])}: ${text(scenario['summary'])}`,
    verdict: text(report['verdict']),
    rows,
  };
}
