/**
 * The page and Prometheus agree: every panel that the page shows, computed by the gateway over its rings and by a real
 * Prometheus from what it scraped, over the same minute of the same scripted traffic.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryReply } from '../../src/live/protocol-replies.ts';
import { bucketBounds } from '../../src/telemetry/catalogue/definition.ts';
import { CATALOGUE } from '../../src/telemetry/catalogue.ts';
import { PANELS } from '../../src/observability/panels/views.ts';
import type { AnyExpr } from '../../src/observability/expression.ts';
import { sourcesOf, type Node } from '../../src/observability/expression-node.ts';
import type { Panel, PanelSeries } from '../../src/observability/panels/panel.ts';
import { printPromql } from '../../src/observability/promql.ts';
import { seriesKey } from '../../src/live/panel-values.ts';
import { createPrometheusSource } from '../../src/live/prometheus-source.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { hasComponent } from '../support/components.ts';
import { startPrometheus, type Prometheus } from '../support/prometheus.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const WINDOW_SECONDS = 60;
const WORKERS = 6;

/** Panels that cannot be the same in both, and why. */
const APART: Readonly<Record<string, string>> = {
  handles: "the scrape's own connection is open while it is scraped, and is not while the page samples",
  'queue-oldest':
    'the highest of a value that changes within milliseconds, looked at once a second by either',
  'scrape-cost': 'sixty events in the window: one more or less moves the quantile',
  'live-cost': 'sixty events in the window: one more or less moves the quantile',
};

const compared = [...PANELS.values()].filter(({ id }) => !(id in APART));

describe.skipIf(!hasComponent('prometheus') && process.env['CI'] !== 'true')(
  'the page and Prometheus',
  () => {
    let stack: Stack;
    let prometheus: Prometheus;
    let requests = 0;
    const pages = new Map<string, HistoryReply>();
    /** Unix milliseconds: the end of the window for both. */
    let endMs = 0;

    beforeAll(async () => {
      stack = await startStack({
        simulator: { tokensPerSecond: 800, prefillTokensPerSecond: 20_000, jitter: 0.3, numParallel: 4 },
        upstream: {
          name: 'gpu-1',
          parallel: 4,
          breaker: { consecutiveFailures: 1_000 },
          // Unused connections must not be closed at the very moment that both look at.
          pool: { keepAliveMs: 300_000 },
        },
        config: {
          cache: { mode: 'on', sampled: true, embedder: 'builtin', audit: 0 },
          retry: { max: 1, baseMs: 5 },
        },
      });
      stack.simulator.setFaults({ seed: 3, rules: [{ fault: 'status', status: 500, rate: 0.15 }] });
      // At a scrape a second both see the same seconds; a longer timeout holds on a busy machine.
      prometheus = await startPrometheus(stack.url, 1_000);
      await until(
        async () => (await prometheus.query('up')).some(({ value }) => value === 1),
        'the first scrape',
      );
      const running = { on: true };
      const load = Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker, running)));
      try {
        // Every series exists in both before the window begins: Prometheus cannot see how a series began.
        await until(() => requests >= 300, 'the warm-up', 30_000);
        await act('isolate');
        await act('reset');
        await seconds(5);
        const before = requests;
        await seconds(WINDOW_SECONDS / 2);
        await act('isolate');
        await seconds(3);
        await act('reset');
        await seconds(WINDOW_SECONDS / 2 - 10);
        expect(requests - before).toBeGreaterThan(1_000);
      } finally {
        running.on = false;
        await load;
      }
      // What is read at one moment has to stand still around that moment.
      await seconds(5);
      endMs = Math.floor(Date.now() / 1_000) * 1_000 - 1_000;
      for (const panel of PANELS.keys()) pages.set(panel, await history(panel));
    }, 150_000);
    afterAll(async () => {
      await prometheus[Symbol.asyncDispose]();
      await stack[Symbol.asyncDispose]();
    });

    const act = async (action: string): Promise<void> => {
      const done = await fetch(`${stack.url}/admin/breakers/gpu-1/${action}`, { method: 'POST' });
      expect(done.status).toBe(200);
    };
    const seconds = async (count: number): Promise<void> => {
      const due = Date.now() + count * 1_000;
      await until(() => Date.now() >= due, 'time to pass', count * 1_000 + 10_000);
    };

    async function work(worker: number, running: { readonly on: boolean }): Promise<void> {
      for (let i = 0; running.on; i++) {
        // One in three is asked again, one in three in other words.
        const lake = Math.floor(i / 3) * WORKERS + worker;
        const question =
          i % 3 === 2 ? `what is the depth of lake ${lake}?` : `What is the depth of lake ${lake}?`;
        const response = await fetch(`${stack.url}/api/chat`, {
          method: 'POST',
          body: JSON.stringify({ model: 'llama3.2:1b', messages: [{ role: 'user', content: question }] }),
        });
        await response.arrayBuffer();
        requests += 1;
      }
    }

    async function history(panel: string): Promise<HistoryReply> {
      const from = endMs - WINDOW_SECONDS * 1_000;
      const response = await fetch(
        `${stack.url}/dashboard/api/history?panel=${panel}&from=${from}&to=${endMs}&step=${WINDOW_SECONDS}`,
      );
      return (await response.json()) as HistoryReply;
    }

    async function ask(
      series: PanelSeries,
      at: number,
      expr: AnyExpr = series.expr,
    ): Promise<ReadonlyMap<string, number>> {
      const query = printPromql(expr, { range: `${WINDOW_SECONDS}s` });
      const result = await prometheus.query(query, at / 1_000);
      return new Map(
        result.map(({ metric, value }) => [seriesKey(series.id, inOrder(metric, series)), value]),
      );
    }

    it.each(compared.map((panel) => [panel.id, panel] as const))('agree on %s', async (id, panel) => {
      const page = pages.get(id);
      for (const series of panel.series) {
        const theirs = await ask(series, endMs);
        // What is read at one moment may change between their moment and ours: theirs around it are as good.
        const around = isMomentary(series.expr.node) ? await ask(series, endMs + 1_000) : theirs;
        const beside = await Promise.all(
          quantilesBeside(series.expr.node).map((node) => ask(series, endMs, { node })),
        );
        const ours = new Map(
          (page?.series ?? [])
            .filter(({ query }) => query === series.id)
            .map(({ key, whole }) => [key, whole]),
        );
        for (const [key, value] of theirs) {
          if (Number.isNaN(value)) continue;
          const our = ours.get(key) ?? null;
          const quantiles = beside.map((each) => each.get(key) ?? value);
          const found =
            difference(our, value, series, panel, quantiles) &&
            difference(our, around.get(key) ?? value, series, panel);
          expect({ key, difference: found }).toEqual({
            key,
            difference: null,
          });
        }
        // What only the page has was added in the window by something that happens once.
        for (const [key, value] of ours) {
          if (value !== null && value !== 0 && !theirs.has(key)) expect(UNSCRAPED).toContain(`${id} ${key}`);
        }
      }
    });

    it('and as the page asks it itself, for long ranges', async () => {
      const source = createPrometheusSource(
        { url: prometheus.url, matchers: '', prefix: '' },
        systemClock,
        () => undefined,
      );
      const times = [endMs - 20_000, endMs - 10_000, endMs];
      const range = { times, windowSeconds: WINDOW_SECONDS, wholeSeconds: WINDOW_SECONDS };
      const series = await source.history(PANELS.get('requests') as Panel, range);
      const ok = series.find(({ labels }) => labels['outcome'] === 'ok');
      expect(ok?.values.every((value) => (value ?? 0) > 1)).toBe(true);
      expect(ok?.whole).toBeCloseTo(ok?.values[2] ?? NaN, 6);
    });

    it('have something to agree on in most panels', () => {
      const shown = [...pages.values()].filter(({ series }) =>
        series.some(({ whole }) => (whole ?? 0) !== 0),
      );
      expect(shown.length).toBeGreaterThan(35);
    });
  },
);

/** Series that began within the last moment before the window's end. */
const UNSCRAPED: readonly string[] = [];

function inOrder(metric: Readonly<Record<string, string>>, { expr }: PanelSeries): Record<string, string> {
  return Object.fromEntries(labelNames(expr.node).map((name) => [name, metric[name] ?? '']));
}

function labelNames(node: Node): readonly string[] {
  if ('source' in node) return node.source.by;
  if (node.kind === 'aggregate') return node.by;
  if (node.kind === 'binary' && (node.each || node.left.kind === 'time' || node.left.kind === 'number'))
    return labelNames(node.right);
  return 'left' in node ? labelNames(node.left) : [];
}

/**
 * Null when they agree; else both, for the message.
 * @param beside A quantile's neighbours: the second at the window's edge that only one of both has may move it there.
 */
function difference(
  ours: number | null,
  theirs: number,
  { expr }: PanelSeries,
  panel: Panel,
  beside: readonly number[] = [],
): string | null {
  const told = `${panel.id}: page ${ours}, Prometheus ${theirs}`;
  if (ours === null) return told;
  const quantile = quantileOf(expr.node);
  if (quantile !== null) {
    const bounds = bucketBounds(CATALOGUE[quantile.source.metric]);
    const bucket = (value: number): number => bounds.findIndex((bound) => value <= bound + 1e-9);
    const [low, high] = [Math.min(theirs, ...beside), Math.max(theirs, ...beside)];
    const between = bucket(low) <= bucket(ours) && bucket(ours) <= bucket(high);
    // Where a border lies between them, both are near it.
    return between || Math.abs(ours - theirs) <= theirs * 0.05 ? null : told;
  }
  return Math.abs(ours - theirs) <= Math.max(Math.abs(theirs) * 0.02, slack(panel)) ? null : told;
}

const isMomentary = (node: Node): boolean => sourcesOf(node).every((source) => source.kind === 'gauge');

/** What a second of the sixty could move it by: p99 lies between p98.5 and p99.5, p50 between p49 and p51. */
function quantilesBeside(node: Node): readonly Node[] {
  if (node.kind !== 'quantile') return [];
  const step = Math.min(0.01, (1 - node.q) / 2);
  return [
    { ...node, q: node.q - step },
    { ...node, q: node.q + step },
  ];
}

function quantileOf(node: Node): (Node & { kind: 'quantile' }) | null {
  return node.kind === 'quantile' ? node : null;
}

/** Below this a difference is one event or one sample more or less, which no window can settle. */
function slack(panel: Panel): number {
  switch (panel.unit) {
    case 'per_second':
      return 2 / WINDOW_SECONDS;
    case 'count':
      return 2;
    case 'ratio':
      return 0.005;
    default:
      return 0.02;
  }
}
