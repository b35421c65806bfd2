/**
 * `/metrics` as text, in both formats, from the same instruments. Our own families render themselves with prepared
 * text (docs/decisions has the measurement); metrics of the client library that share the registry are rendered
 * from what their `get()` answers. Rendering changes nothing, so any number of readers can do it in any order.
 */
import type { Registry } from '@prometheus-io/client';
import { Family, type FamilySamples, type Sample } from './families.ts';
import { familyHead, formatLabels, formatNumber } from './format.ts';
import type { ExpositionFormat } from './negotiate.ts';

/** A metric of the client library: it may collect asynchronously, and leave labels out where it has none. */
interface ForeignMetric {
  get(): Promise<
    Omit<FamilySamples, 'values'> & { values: readonly (Omit<Sample, 'labels'> & Partial<Sample>)[] }
  >;
}

/** Rejects only when a foreign metric's own `get()` does. */
export async function renderRegistry(registry: Registry, format: ExpositionFormat): Promise<string> {
  const openMetrics = format === 'openmetrics';
  let own = '';
  const foreign: Promise<string>[] = [];
  for (const metric of registry.getMetricsAsArray() as readonly unknown[]) {
    if (metric instanceof Family) own += metric.render(openMetrics);
    else foreign.push(renderForeign(metric as ForeignMetric, openMetrics));
  }
  const rest = foreign.length === 0 ? '' : (await Promise.all(foreign)).join('');
  return openMetrics ? `${own}${rest}# EOF\n` : `${own}${rest}`;
}

async function renderForeign(metric: ForeignMetric, openMetrics: boolean): Promise<string> {
  const { name, help, type, values } = await metric.get();
  // OpenMetrics wants `_total` on every counter's sample; the client library lets users leave it out.
  const suffix = openMetrics && type === 'counter' && !name.endsWith('_total') ? '_total' : '';
  let text = familyHead({ name, help, type, unit: null }, openMetrics);
  for (const { metricName = name, labels = {}, value } of values) {
    const labelText = formatLabels(labels);
    text += `${metricName}${suffix}${labelText === '' ? '' : `{${labelText}}`} ${formatNumber(value)}\n`;
  }
  return text;
}
