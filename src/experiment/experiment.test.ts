import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasComponent } from '../../test/support/components.ts';
import { systemClock } from '../runtime/clock.ts';
import { startSimulator } from '../simulator/index.ts';
import { planHash, runExperiment, type ExperimentPlan, type ExperimentResult } from './experiment.ts';
import { OUTCOMES } from './outcome.ts';
import { describeEnvironment } from './report/environment.ts';
import { htmlReport } from './report/html/report.ts';
import { jsonReport } from './report/json.ts';
import { openMetricsReport } from './report/openmetrics.ts';
import { upstreamSentence, verdictSentence } from './report/sentence.ts';
import { terminalReport } from './report/table.ts';
import { scenarioNamed, SCENARIOS } from './scenarios.ts';
import { summarise, type Comparison, type Summary } from './summary.ts';
import { VARIANTS } from './variants.ts';
import { builtInTopics } from './workload/questions.ts';

function planOf(name: string, over: Partial<ExperimentPlan> = {}, requests = 30): ExperimentPlan {
  const scenario = scenarioNamed(name);
  if (scenario === null) throw new Error(name);
  return {
    scenario: { ...scenario, workload: { ...scenario.workload, requests, warmUp: 5 } },
    variants: ['direct', 'all'],
    seed: 1,
    repeats: 1,
    topics: builtInTopics(),
    upstream: null,
    ...over,
  };
}

describe('an experiment', () => {
  it(
    'gives every variant the same requests and the same faults, and adds up',
    { timeout: 60_000 },
    async () => {
      const plan = planOf('sprint1', { variants: ['direct', 'pass-through', 'all'], repeats: 2 });
      const shown: number[] = [];
      const result = await runExperiment(plan, systemClock, ({ done, total }) => shown.push(done / total));
      expect(result.planHash).toBe(planHash(plan));
      expect(shown.at(-1)).toBe(1);
      expect(result.runs.map(({ variant }) => variant)).toEqual([
        'direct',
        'pass-through',
        'all',
        'pass-through',
        'all',
        'direct',
      ]);
      for (const run of result.runs) {
        expect(run.results.map(({ id }) => id)).toEqual(run.results.map((_, index) => `r-${String(index)}`));
        for (const one of run.results) {
          expect(OUTCOMES).toContain(one.outcome);
          expect(one.endedMs).toBeGreaterThanOrEqual(one.startedMs);
        }
      }
      // Nothing is retried in either, so the same requests answer 500: chance is paired, patience is not.
      const failed = (variant: string): string[] =>
        result.runs
          .filter((run) => run.variant === variant)
          .flatMap(({ seed, results }) =>
            results.filter(({ status }) => status === 500).map(({ id }) => `${String(seed)}/${id}`),
          )
          .sort();
      expect(failed('direct').length).toBeGreaterThan(5);
      expect(failed('pass-through')).toEqual(failed('direct'));
      const summary = summarise(result);
      const [direct, , all] = summary.variants;
      expect(direct?.n).toBe(60);
      expect(Object.values(direct?.outcomes ?? {}).reduce((sum, count) => sum + count, 0)).toBe(60);
      expect(direct?.upstreamRequests).toBe(60);
      expect(all?.success ?? 0).toBeGreaterThan((direct?.success ?? 1) + 0.2);
      expect(all?.outcomes.wrong).toBe(0);
    },
  );

  it('says so when protection does not help, and what it costs', { timeout: 60_000 }, async () => {
    const result = await runExperiment(planOf('healthy', {}, 40), systemClock);
    const summary = summarise(result);
    const [comparison] = summary.comparisons as [Comparison];
    expect(comparison.differs).toBe(false);
    expect(comparison.latency?.n).toBe(40);
    const sentence = verdictSentence(summary, comparison);
    expect(sentence).toMatch(/^No difference in success within the interval: success 100 % → 100 % /);
    expect(sentence).toMatch(/(It costs|In time:|It saves time:) .*µs per request|ms per request/);
  });

  it('measures on a real server, which it does not own', { timeout: 60_000 }, async () => {
    const server = await startSimulator({ loadMs: 0, tokensPerSecond: 0, numParallel: 8, embedder: null });
    try {
      const upstream = {
        url: server.url,
        kind: 'openai',
        model: 'llama3.2:1b',
        apiKey: null,
        parallel: 8,
      } as const;
      const base = planOf('repeat-questions', { upstream }, 20);
      const scenario = { ...base.scenario, speed: 1, faults: [] };
      scenario.workload = { ...scenario.workload, arrivals: { kind: 'closed', clients: 4, thinkMs: 0 } };
      const result = await runExperiment({ ...base, scenario }, systemClock);
      const [direct, all] = summarise(result).variants;
      expect([direct?.success, direct?.upstreamRequests]).toEqual([1, 20]);
      expect(all?.success).toBe(1);
      expect(all?.upstreamRequests).toBeLessThan(20);
      expect(server.state().received).toBeGreaterThan(20);
    } finally {
      await server.close();
    }
  });

  it('has a plan per seed, whatever is left out of it', () => {
    const hash = (seed: number): string => planHash(planOf('sprint1', { seed }));
    expect(hash(1)).toBe(hash(1));
    expect(hash(2)).not.toBe(hash(1));
    expect(planHash(planOf('sprint1', { variants: ['direct'] }))).toBe(hash(1));
  });

  it('has scenarios that can be planned, each told in words', () => {
    for (const scenario of SCENARIOS) {
      expect(scenario.summary.length).toBeGreaterThan(30);
      expect(scenario.because.length).toBeGreaterThan(60);
      expect(planHash(planOf(scenario.name))).toMatch(/^[0-9a-f]{12}$/);
    }
    expect(scenarioNamed('nothing')).toBeNull();
  });
});

/** A comparison without running one: 20 % and 50 % of 100, as in the reference case. */
function reference(): ExperimentResult {
  const plan = planOf('flapping', { variants: ['direct', 'breaker', 'all'] });
  const results = (good: number) =>
    Array.from({ length: 100 }, (_, index) => ({
      id: `r-${String(index)}`,
      outcome:
        index < good ? (index % 2 === 0 ? ('served' as const) : ('cached' as const)) : ('failed' as const),
      cache: null,
      status: index < good ? 200 : 500,
      startedMs: index * 10,
      endedMs: index * 10 + 50,
      firstContentMs: 20,
      reason: index < good ? null : '500 <b>boom</b>',
    }));
  const transitions = [
    { atMs: 100, from: 'closed' as const, to: 'open' as const },
    { atMs: 300, from: 'open' as const, to: 'half_open' as const },
  ];
  const run = { seed: 5, durationMs: 1_050, upstreamRequests: 100, transitions: [] };
  return {
    plan,
    planHash: 'abcdef012345',
    startedAt: 1_750_000_000_000,
    runs: [
      { ...run, variant: 'direct', results: results(20) },
      { ...run, variant: 'breaker', results: results(0), transitions, upstreamRequests: 120 },
      { ...run, variant: 'all', results: results(50), transitions, upstreamRequests: 40 },
    ],
  };
}

describe('what is told of it', () => {
  const result = reference();
  const summary = summarise(result);
  const environment = describeEnvironment('llamascope compare --seed 1');

  it('names shares, points, factor and relative change together', () => {
    const [toBreaker, toAll] = summary.comparisons as [Comparison, Comparison];
    expect(verdictSentence(summary, toAll)).toBe(
      'Success 20 % → 50 % (+30 points, 2.5×, +150 % relative; failures 80 % → 50 %; +21 to +39 points at 95 %, n = 100 each).',
    );
    expect(verdictSentence(summary, toBreaker)).toContain('20 % → 0 % (−20 points, 0.0×, −100 % relative');
    expect(upstreamSentence(summary, toAll)).toBe('Requests at the upstream: 100 → 40 (60 % saved).');
    expect(upstreamSentence(summary, toBreaker)).toBe('Requests at the upstream: 100 → 120 (20 % more).');
    const fromNothing: Summary = {
      ...summary,
      variants: summary.variants.map((one) => (one.variant === 'direct' ? { ...one, success: 0 } : one)),
    };
    expect(verdictSentence(fromNothing, toAll)).toContain('(+30 points, from none; failures');
    expect(verdictSentence({ variants: [], comparisons: [] }, toAll)).toBe('');
    expect(upstreamSentence({ variants: [], comparisons: [] }, toAll)).toBe('');
  });

  it('is a table in the terminal', () => {
    const text = terminalReport(result, summary);
    expect(text).toMatch(/^flapping: An upstream that disappears/);
    expect(text).toMatch(/\ndirect +20 % +13\.3–28\.9 +50\.0 ms +50\.0 ms +100 +10 +10 +· +· +80 +·\n/);
  });

  it('is one HTML file that asks for nothing else, with everything in it escaped', () => {
    const html = htmlReport(result, summary, environment);
    expect(html).not.toMatch(/<script|<link|<img|https?:\/\/|url\(|<b>boom/);
    expect(html).toContain('500 &#60;b&#62;boom&#60;/b&#62;');
    expect(html.match(/<svg /g)).toHaveLength(6);
    expect(html).toContain('+150 % relative');
    expect(html).toContain('class="fault"');
    expect(html).toContain('breaker closed → open');
    expect(html.match(/<rect[^>]*class="mark /g)).toHaveLength(300);
  });

  it('is JSON with every single request', () => {
    const report = JSON.parse(jsonReport(result, summary, environment)) as {
      version: number;
      runs: { results: unknown[] }[];
      plan: { hash: string };
    };
    expect([report.version, report.plan.hash, report.runs[2]?.results.length]).toEqual([
      1,
      'abcdef012345',
      100,
    ]);
  });

  it('is OpenMetrics that end in the right sums', () => {
    const lines = openMetricsReport(result).split('\n');
    expect(lines.at(-2)).toBe('# EOF');
    const last = lines.filter((line) =>
      line.startsWith(
        'llamascope_compare_requests_total{scenario="flapping",variant="all",repeat="0",outcome="failed"}',
      ),
    );
    expect(last[0]).toMatch(/ 0 1750000000$/);
    expect(last.at(-1)).toMatch(/ 50 \d+$/);
    expect(lines.some((line) => line.includes('breaker_state{scenario="flapping",variant="direct"'))).toBe(
      false,
    );
    expect(
      lines.filter((line) => / 1 1750000002$/.test(line) && line.includes('breaker_state')),
    ).toHaveLength(2);
  });

  it.skipIf(!hasComponent('promtool') && process.env['CI'] !== 'true')('is backfilled by promtool', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llamascope-compare-'));
    try {
      const file = join(folder, 'report.txt');
      writeFileSync(file, openMetricsReport(result));
      const told = execFileSync('promtool', [
        'tsdb',
        'create-blocks-from',
        'openmetrics',
        file,
        join(folder, 'tsdb'),
      ]);
      expect(told.toString()).toMatch(/\n01[0-9A-Z]{24} /);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the variants', () => {
  it('are all told in words, and direct is the first', () => {
    expect(VARIANTS[0]).toBe('direct');
    expect(VARIANTS.at(-1)).toBe('all');
  });
});
