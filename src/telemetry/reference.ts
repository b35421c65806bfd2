/** The metric reference as Markdown, from the catalogue: docs/reference/metrics.md, checked by regenerating it. */
import { METRIC_GROUPS } from './catalogue.ts';
import {
  bucketBounds,
  closedValues,
  OPEN_LABELS,
  type Feed,
  type LabelSpec,
  type MetricDefinition,
} from './catalogue/definition.ts';

const AGGREGATES: Readonly<Record<MetricDefinition['aggregate'], string>> = {
  sum: 'the sum',
  max: 'the largest',
  last: 'any one of them, they agree',
};

const INTRODUCTION = `# Metrics

<!-- Written by \`npm run generate\` from src/telemetry/catalogue.ts. Do not edit. -->

\`GET /metrics\` answers in the Prometheus text format 0.0.4 or in OpenMetrics 1.0, as the \`accept\` header asks.
Names, types and labels are a public interface: they change only after a minor version in which the old name still exists.

- \`metrics.prefix\` is put before the names marked _prefixable_, and before no others.
- Counters and gauges without labels exist from the first scrape. So do all combinations of the contract metrics
  (those without \`llamascope_\`) and of \`llamascope_requests_total\`. Other series appear when they first count.
- The number of series is bounded: every label has a fixed set of values or a known bound, and each family has a hard cap,
  beyond which new label sets are refused and counted in \`llamascope_metric_series_dropped_total\`.
- Ratios are not exported. Divide rates in PromQL, with \`sum()\` on both sides.
`;

export function metricsReference(): string {
  const sections = METRIC_GROUPS.map(
    ({ title, metrics }) =>
      `\n## ${title}\n${Object.entries(metrics)
        .map(([name, metric]) => describe(name, metric))
        .join('')}`,
  );
  return INTRODUCTION + sections.join('');
}

function describe(name: string, metric: MetricDefinition): string {
  const lines = [
    `- Type: ${metric.type}${metric.unit === null ? '' : `, in ${metric.unit}`}${metric.prefixable === true ? ', _prefixable_' : ''}`,
    ...Object.entries(metric.labels).map(([label, spec]) => `- Label \`${label}\`: ${describeValues(spec)}`),
    ...(metric.type === 'histogram' ? [`- Buckets: ${bucketBounds(metric).join(', ')}, +Inf`] : []),
    `- Fed by: ${metric.fedBy.map(describeFeed).join(', ')}`,
    `- With several workers: ${AGGREGATES[metric.aggregate]}`,
  ];
  return `\n### \`${name}\`\n\n${metric.help}\n\n${lines.join('\n')}\n`;
}

function describeValues(spec: LabelSpec): string {
  const values = closedValues(spec);
  if (values !== null) return values.map((value) => `\`${value}\``).join(', ');
  return OPEN_LABELS[spec as keyof typeof OPEN_LABELS];
}

function describeFeed(feed: Feed): string {
  if (feed === 'process') return 'the process';
  if (feed === 'scrape') return 'the scrape itself';
  if (feed === 'live') return 'the live page';
  if (feed.startsWith('state.'))
    return `the state of the ${feed.slice('state.'.length)}, read at each scrape`;
  return `\`${feed}\``;
}
