/**
 * The rules of OpenMetrics 1.0 that concern us, as complaints about an exposition. Written from the specification
 * (prometheus/docs, specs/om/open_metrics_spec.md): line syntax, metadata, suffixes by type, histogram consistency,
 * grouping, uniqueness, canonical `le` values and the end marker.
 */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  summary: ['', '_sum', '_count', '_created'],
  unknown: [''],
};
const NUMBER = String.raw`(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN)`;
const LABEL = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"`;
const SAMPLE = new RegExp(String.raw`^([a-zA-Z_:][\w:]*)(?:\{(${LABEL}(?:,${LABEL})*)?\})? (${NUMBER})$`);
const METADATA = /^# (TYPE|HELP|UNIT) ([a-zA-Z_:][\w:]*) (.*)$/;

interface OpenFamily {
  readonly name: string;
  type: string;
  readonly seen: Set<string>;
  readonly samples: { readonly suffix: string; readonly labels: string; readonly value: number }[];
}

export function openMetricsComplaints(text: string): readonly string[] {
  const complaints: string[] = [];
  if (!text.endsWith('\n# EOF\n') && text !== '# EOF\n') complaints.push('does not end with # EOF');
  const lines = text.split('\n').slice(0, -2);
  const families = new Map<string, OpenFamily>();
  const series = new Set<string>();
  let current = null as OpenFamily | null;
  for (const line of lines) {
    const metadata = METADATA.exec(line);
    if (metadata !== null) {
      const [, keyword = '', name = '', rest = ''] = metadata;
      if (current?.name !== name) {
        if (families.has(name)) complaints.push(`${name}: its lines are not together`);
        current = { name, type: 'unknown', seen: new Set(), samples: [] };
        families.set(name, current);
      }
      complaints.push(...metadataComplaints(current, keyword, rest));
      continue;
    }
    const sample = SAMPLE.exec(line);
    if (sample === null) {
      complaints.push(`not a line of the format: ${line}`);
      continue;
    }
    const [, fullName = '', labels = '', value = ''] = sample;
    if (series.has(`${fullName}{${labels}}`)) complaints.push(`${fullName}{${labels}}: twice`);
    series.add(`${fullName}{${labels}}`);
    const suffix = current === null ? null : suffixOf(current, fullName);
    if (current === null || suffix === null) complaints.push(`${fullName}: not of the family before it`);
    else current.samples.push({ suffix, labels, value: numberOf(value) });
  }
  for (const family of families.values()) {
    if (family.samples.length === 0) complaints.push(`${family.name}: no samples`);
    complaints.push(...sampleComplaints(family));
  }
  return complaints;
}

function metadataComplaints(family: OpenFamily, keyword: string, rest: string): readonly string[] {
  const complaints: string[] = [];
  if (family.seen.has(keyword)) complaints.push(`${family.name}: ${keyword} twice`);
  if (family.samples.length > 0) complaints.push(`${family.name}: ${keyword} after samples`);
  family.seen.add(keyword);
  if (keyword === 'TYPE') {
    if (rest in SUFFIXES) family.type = rest;
    else complaints.push(`${family.name}: unknown type ${rest}`);
    if (rest === 'counter' && family.name.endsWith('_total')) {
      complaints.push(`${family.name}: a counter family's name has no _total`);
    }
  }
  if (keyword === 'UNIT' && !family.name.endsWith(`_${rest}`)) {
    complaints.push(`${family.name}: does not end with its unit ${rest}`);
  }
  if (keyword === 'HELP' && /(^|[^\\])(\\\\)*"/.test(rest))
    complaints.push(`${family.name}: bare quote in HELP`);
  return complaints;
}

function suffixOf(family: OpenFamily, fullName: string): string | null {
  const suffixes = SUFFIXES[family.type] ?? [];
  return suffixes.find((suffix) => fullName === `${family.name}${suffix}`) ?? null;
}

const numberOf = (text: string): number => Number(text.replace('Inf', 'Infinity'));

function sampleComplaints(family: OpenFamily): readonly string[] {
  const complaints: string[] = [];
  if (family.type === 'counter') {
    for (const { value } of family.samples) {
      if (!(value >= 0)) complaints.push(`${family.name}: counter value ${value}`);
    }
  }
  if (family.type !== 'histogram') return complaints;
  const groups = new Map<string, { le: string; value: number }[]>();
  for (const { suffix, labels, value } of family.samples) {
    if (suffix !== '_bucket') continue;
    const le = /(?:^|,)le="([^"]*)"/.exec(labels)?.[1] ?? '';
    const rest = labels.replace(/,?le="[^"]*"/, '');
    groups.set(rest, [...(groups.get(rest) ?? []), { le, value }]);
  }
  for (const [labels, buckets] of groups) {
    const where = `${family.name}{${labels}}`;
    const bounds = buckets.map(({ le }) => numberOf(le));
    if (bounds.some((bound, i) => i > 0 && bound <= (bounds[i - 1] as number))) {
      complaints.push(`${where}: bounds not ascending`);
    }
    if (buckets.some(({ value }, i) => i > 0 && value < (buckets[i - 1] as { value: number }).value)) {
      complaints.push(`${where}: buckets not cumulative`);
    }
    if (buckets.some(({ le }) => /^[+-]?\d+$/.test(le))) complaints.push(`${where}: le is not a float`);
    const last = buckets.at(-1);
    if (last?.le !== '+Inf') complaints.push(`${where}: no +Inf bucket`);
    const at = (suffix: string): number | undefined =>
      family.samples.find((sample) => sample.suffix === suffix && sample.labels === labels)?.value;
    if (at('_count') !== last?.value) complaints.push(`${where}: _count is not the +Inf bucket`);
    if (at('_sum') === undefined) complaints.push(`${where}: no _sum`);
  }
  return complaints;
}
