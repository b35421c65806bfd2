/** A real comparison, backfilled by promtool, and every query of the before/after dashboard answered from it by Prometheus. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { runExperiment, type ExperimentResult } from '../../src/experiment/experiment.ts';
import { isSuccess } from '../../src/experiment/outcome.ts';
import { openMetricsReport } from '../../src/experiment/report/openmetrics.ts';
import { scenarioNamed } from '../../src/experiment/scenarios.ts';
import { builtInTopics } from '../../src/experiment/workload/questions.ts';
import { compareDashboard } from '../../src/observability/dashboards/compare.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { hasComponent } from '../support/components.ts';
import { startPrometheus } from '../support/prometheus.ts';

const SHARED = process.env['LLAMASCOPE_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared');
const SCHEMA = path.join(SHARED, 'schemas/dashboard.jsonschema.json');
const json = compareDashboard({ datasource: null });

async function compared(): Promise<ExperimentResult> {
  const scenario = scenarioNamed('sprint1');
  if (scenario === null) throw new Error('sprint1');
  const short = { ...scenario, workload: { ...scenario.workload, requests: 20, warmUp: 2 } };
  return runExperiment(
    { scenario: short, variants: ['direct', 'all'], seed: 1, repeats: 1, topics: builtInTopics(), upstream: null },
    systemClock,
  );
}

describe('the before/after dashboard', () => {
  it.skipIf(!existsSync(SCHEMA) && process.env['LLAMASCOPE_REQUIRE_SHARED'] !== '1')(
    'is what Grafana’s schema wants',
    () => {
      const read = z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA, 'utf8')) as never).safeParse(json);
      expect(read.success ? [] : read.error.issues).toEqual([]);
    },
  );

  it.skipIf(!hasComponent('prometheus') && process.env['CI'] !== 'true')(
    'is answered from a backfilled comparison',
    { timeout: 90_000 },
    async () => {
      const result = await compared();
      const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-backfill-'));
      const file = path.join(folder, 'report.openmetrics.txt');
      writeFileSync(file, openMetricsReport(result));
      try {
        await using prometheus = await startPrometheus('http://127.0.0.1:9', 1_000, {
          prepare: (data) => {
            execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, data]);
          },
        });
        const longest = Math.max(...result.runs.map((run) => run.durationMs)) * result.plan.scenario.speed;
        const end = Math.floor(result.startedAt / 1_000) + Math.ceil(longest / 1_000) + 1;
        const panels = json['panels'] as unknown as { title: string; targets: { expr: string }[] }[];
        for (const { title, targets } of panels) {
          for (const { expr } of targets) {
            const answer = await prometheus.query(expr.replaceAll(/\$(scenario|variant)/g, '.*'), end);
            expect([title, answer.length > 0]).toEqual([title, true]);
            expect(answer.every(({ value }) => Number.isFinite(value) || title.includes('p95'))).toBe(true);
          }
        }
        const [success] = panels[0]?.targets ?? [];
        const answer = await prometheus.query((success?.expr ?? '').replaceAll(/\$(scenario|variant)/g, '.*'), end);
        for (const { variant, results } of result.runs) {
          const good = results.filter(({ outcome }) => isSuccess(outcome)).length;
          expect(answer.find(({ metric }) => metric['variant'] === variant)?.value).toBeCloseTo(good / results.length, 6);
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
