/**
 * Metrics alone, published as `llamascope/metrics`: pre-resolved instruments over a typed catalogue, in a Prometheus
 * client registry, rendered as Prometheus text or OpenMetrics. `createTelemetry` adds the gateway's own catalogue.
 */
import type { Registry } from '@prometheus-io/client';
import { renderRegistry } from './exposition.ts';
import { CONTENT_TYPES, negotiate } from './negotiate.ts';

export { CATALOGUE } from './catalogue.ts';
export type {
  CounterName,
  GaugeName,
  HistogramName,
  MetricCatalogue,
  MetricLabels,
  MetricName,
} from './catalogue.ts';
export { BUCKETS } from './catalogue/definition.ts';
export type { Catalogue, LabelsOf, LabelSpec, MetricShape, NamesOf } from './catalogue/definition.ts';
export { CounterFamily, GaugeFamily, HistogramFamily } from './families.ts';
export { Counter, Gauge, Histogram } from './instruments.ts';
export type { HistogramSnapshot } from './instruments.ts';
export { createMetrics } from './metrics.ts';
export type { AnyFamily, Metrics, MetricsOptions } from './metrics.ts';
export { createTelemetry } from './telemetry.ts';
export type { Telemetry, TelemetryDeps, TelemetryOptions } from './telemetry.ts';

/** What `GET /metrics` answers: everything in the registry, in the format that the `accept` header prefers. */
export async function renderMetrics(
  registry: Registry,
  accept?: string,
): Promise<{ readonly contentType: string; readonly body: string }> {
  const format = negotiate(accept);
  return { contentType: CONTENT_TYPES[format], body: await renderRegistry(registry, format) };
}
