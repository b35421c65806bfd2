/** The Grafana dashboards without a Grafana: their schema, the rules of dashboard-linter, and what they cover. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { grafanaDashboards } from '../../src/observability/dashboards/dashboards.ts';
import { metricsOf } from '../../src/observability/expression-node.ts';
import { VIEWS } from '../../src/observability/panels/views.ts';
import { alertsOf, DEFAULT_OBJECTIVES, ruleGroups } from '../../src/observability/rules/rules.ts';
import { CATALOGUE } from '../../src/telemetry/catalogue.ts';

const SHARED = process.env['LLAMASCOPE_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared');
const SCHEMA = path.join(SHARED, 'schemas/dashboard.jsonschema.json');
const dashboards = Object.entries(grafanaDashboards({ prefix: '', datasource: null }));

interface PanelJson {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit: string; readonly noValue: string } };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}
const panelsOf = (json: JsonObject): readonly PanelJson[] => json['panels'] as unknown as readonly PanelJson[];

/** On no panel and in no rule, each for a reason. */
const INTERNAL: Readonly<Record<string, string>> = {
  llamascope_build_info: 'names the version; the variables of the dashboards ask for it',
};

describe.each(dashboards)('%s', (_, json) => {
  it.skipIf(!existsSync(SCHEMA) && process.env['LLAMASCOPE_REQUIRE_SHARED'] !== '1')(
    'is what Grafana’s schema wants',
    () => {
      const schema = z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA, 'utf8')) as never);
      const read = schema.safeParse(json);
      expect(read.success ? [] : read.error.issues).toEqual([]);
    },
  );

  it('keeps the rules of dashboard-linter', () => {
    const { templating, links, title } = json as unknown as {
      templating: { list: readonly { name: string; type: string; multi?: boolean; allValue?: string }[] };
      links: readonly { keepTime: boolean; includeVars: boolean }[];
      title: string;
    };
    const names = templating.list.map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(['datasource', 'job', 'instance']);
    expect(title).toMatch(/^Llamascope: /);
    expect(links.every(({ keepTime, includeVars }) => keepTime && includeVars)).toBe(true);
    for (const { multi, allValue } of templating.list) if (multi === true) expect(allValue).toBe('.*');
    for (const panel of panelsOf(json).filter(({ type }) => type !== 'row')) {
      expect([panel.title, panel.datasource?.uid]).toEqual([panel.title, '${datasource}']);
      expect(panel.description).toMatch(/Metrics: [a-z_, ]+\.$/);
      expect(panel.fieldConfig?.defaults.unit).not.toBe('');
      expect(panel.fieldConfig?.defaults.noValue).not.toBe('');
      expect(panel.targets?.length).toBeGreaterThan(0);
      for (const { expr, datasource } of panel.targets ?? []) {
        expect(datasource.uid).toBe('${datasource}');
        if (/[a-z_]+\{/.test(expr)) expect(expr).toContain('job="$job",instance=~"$instance"');
        for (const [, window] of expr.matchAll(/(?:rate|increase)\([^[]*\[([^\]]+)\]/g))
          expect(window).toMatch(/^\$__rate_interval$|^\d+[smhd]$/);
        for (const [, used] of expr.matchAll(/"\$(\w+)"/g)) expect(names).toContain(used);
      }
    }
  });

  it('has no two panels in one place', () => {
    const cells = panelsOf(json).flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (__, index) => `${String(x + (index % w))},${String(y + Math.floor(index / w))}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe('the dashboards and rules together', () => {
  it('show every metric of the catalogue, or say why not', () => {
    const shown = new Set<string>([
      ...VIEWS.flatMap(({ panels }) => panels.flatMap(({ metrics }) => metrics)),
      ...alertsOf(ruleGroups(DEFAULT_OBJECTIVES)).flatMap(({ expr }) => metricsOf(expr.node)),
    ]);
    expect(Object.keys(CATALOGUE).filter((name) => !shown.has(name)).sort()).toEqual(Object.keys(INTERNAL).sort());
    for (const reason of Object.values(INTERNAL)) expect(reason.length).toBeGreaterThan(20);
  });
});
