import { z } from 'zod';
import type { DashboardConfig } from './config.ts';
import { flag, orNull, text } from './field.ts';

/** `job="a"`, `instance=~"b|c"`, any number of them with commas between. */
const MATCHERS = /^([a-zA-Z_]\w*(=|!=|=~|!~)"([^"\\\n]|\\.)*"(,(?=.)|$))*$/;

const isHttpUrl = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, search, hash } = new URL(value);
  return (protocol === 'http:' || protocol === 'https:') && search === '' && hash === '';
};
const httpUrl = z.string().refine(isHttpUrl).meta({ title: 'an http or https URL without a query' });

export const dashboardSchema: z.ZodType<DashboardConfig> = z.strictObject({
  enabled: flag(true, 'The live page at `/dashboard/`. Off: it is not there, and nothing is sampled for it.'),
  prometheusUrl: orNull(httpUrl, {
    description:
      'A Prometheus that scrapes this gateway. Ranges longer than the page’s own 48 hours are asked of it: panels of the catalogue, never a query from outside. `null`: the page shows what it has itself.',
    examples: ['http://127.0.0.1:9090'],
  }),
  prometheusMatchers: text('', (value) => MATCHERS.test(value), {
    title: 'label matchers such as job="llamascope"',
    description: 'Put into each query, where that Prometheus scrapes more than this gateway.',
    examples: ['job="llamascope"'],
  }),
  grafanaUrl: orNull(httpUrl, {
    description: 'Where “open in Grafana” leads. `null`: no such link.',
    examples: ['http://127.0.0.1:3000'],
  }),
  snapshotPath: orNull(z.string().min(1), {
    description:
      'A file for the history and the event log, written every five minutes and at the end, read at the start. It holds figures and names, no prompts. `null`: a restart begins anew.',
    examples: ['/var/lib/llamascope/history'],
  }),
  showText: flag(
    false,
    'Whether the questions of semantic hits are shown to whoever may see the page. Off: numbers only.',
  ),
});
