/**
 * Every query of every dashboard, rule, runbook and guide, executed by a real Prometheus that scraped real gateways driven
 * through their states: each has to answer with something finite, in the state that docs/reference/queries.md names.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printRules } from '../../src/observability/rules/print-rules.ts';
import { DEFAULT_OBJECTIVES, ruleGroups } from '../../src/observability/rules/rules.ts';
import { hasComponent } from '../support/components.ts';
import { startPrometheus, type Prometheus } from '../support/prometheus.ts';
import { until } from '../support/until.ts';
import { ALL_QUERIES, filledIn, OPTIONS } from './all-queries.ts';
import { GUIDE_QUERIES, naive } from './guide-blocks.ts';
import { startAlone } from './states/alone.ts';
import { startMisread } from './states/misread.ts';
import { startReplicas } from './states/replicas.ts';
import type { DrivenState } from './states/state.ts';
import { startWorkers } from './states/workers.ts';

const SCRAPE_MS = 500;
const has = ['prometheus', 'redis-server'].every(hasComponent);

describe.skipIf(!has && process.env['CI'] !== 'true')('every query', () => {
  let folder = '';
  let states: readonly DrivenState[] = [];
  let prometheus: Prometheus;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llamascope-queries-'));
    prometheus = await startPrometheus([], SCRAPE_MS, {
      rules: printRules(ruleGroups(DEFAULT_OBJECTIVES), OPTIONS),
    });
    states = await Promise.all([startAlone(folder), startReplicas(folder, prometheus.url), startMisread(), startWorkers()]);
    const urls = states.flatMap((state) => state.urls);
    prometheus.setTargets(urls);
    await until(
      async () => (await prometheus.query('up == 1')).length === urls.length,
      'a scrape of each gateway',
      20_000,
    );
    await Promise.all(states.map((state) => state.drive()));
    // Two scrapes after the last event, so that every rate has what it needs.
    const due = Date.now() + 3 * SCRAPE_MS;
    await until(() => Date.now() > due, 'the last scrapes');
  }, 120_000);
  afterAll(async () => {
    await Promise.all(states.map((state) => state[Symbol.asyncDispose]()));
    await prometheus[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('answers with something finite, and nothing else', async () => {
    const wrong: string[] = [];
    for (const query of ALL_QUERIES) {
      const state = states.find(({ name }) => name === query.state);
      const result = await prometheus.query(filledIn(query.expr, state?.urls ?? []));
      const finite = result.filter(({ value }) => Number.isFinite(value)).length;
      if (finite === 0) wrong.push(`${query.place}: ${String(result.length)} series, ${String(finite)} finite: ${query.expr}`);
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it('of the guides answers too', async () => {
    const wrong: string[] = [];
    for (const { place, expr } of GUIDE_QUERIES) {
      const result = await prometheus.query(expr);
      if (!result.some(({ value }) => Number.isFinite(value))) wrong.push(`${place}: ${expr}`);
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it('that looks right and is not answers what the guide says', async () => {
    expect(await prometheus.query(naive('hits'))).toEqual([]);
    const failures = await prometheus.query(naive('failures'));
    const values = failures.map(({ value }) => value).filter((value) => !Number.isNaN(value));
    expect(new Set(values)).toEqual(new Set([1]));
    const right = [
      '(sum(rate(semcache_hits_total[5m])) or vector(0))',
      'sum by (breaker_name) (rate(circuit_breaker_calls_total{status="failure"}[5m]))',
    ].map((beginning) => GUIDE_QUERIES.find(({ expr }) => expr.startsWith(beginning))?.expr ?? '');
    const [hits = [], failing = []] = await Promise.all(right.map((expr) => prometheus.query(expr)));
    expect(hits.map(({ value }) => value > 0 && value < 1)).toEqual([true]);
    expect(failing.some(({ value }) => value > 0 && value < 1)).toBe(true);
  });
});
