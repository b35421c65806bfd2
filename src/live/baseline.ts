/**
 * The figures of a window, kept so that the present can be held against them.
 *
 * Guarantees: a figure is null where there was no traffic to take it from, and so is every difference with it; the present
 * never reaches back before the baseline was set, so that no request stands on both sides; a window that the
 * history does not fill is cut to what it has, and the answer says how much that was. Refuses a window without a request.
 */
import { GatewayError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { BASELINE_FIGURES, BASELINE_REQUESTS } from '../observability/baseline.ts';
import { evaluate } from '../observability/evaluate.ts';
import type { AnyExpr } from '../observability/expression.ts';
import { printPromql, promqlDuration } from '../observability/promql.ts';
import type { MetricCatalogue } from '../telemetry/catalogue.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { BaselineNow, BaselineView } from './protocol-baseline.ts';
import type { Sampler } from './sampler.ts';

export interface BaselineDeps {
  readonly sampler: Sampler;
  readonly metrics: Metrics<MetricCatalogue>;
  /** Of the contract metrics. */
  readonly prefix: string;
  /** Where it is kept: with the history in its file, or only as long as the process lives. */
  readonly kept: BaselineView['kept'];
  /** Writes it there. */
  readonly persist: () => Promise<void>;
}

/** What is kept, in memory and in the snapshot. */
export interface StoredBaseline {
  /** The end of the second it was taken at, unix milliseconds. */
  readonly setAt: number;
  readonly windowSeconds: number;
  /** How much of the window there was any history of. */
  readonly coveredSeconds: number;
  readonly requests: number;
  /** By figure; one that is missing was not known to the version that stored it. */
  readonly values: Readonly<Record<string, number | null>>;
}

type Taken = Omit<StoredBaseline, 'setAt' | 'windowSeconds'>;

export class Baseline {
  readonly #deps: BaselineDeps;
  #stored: StoredBaseline | null = null;

  constructor(deps: BaselineDeps) {
    this.#deps = deps;
  }

  get stored(): StoredBaseline | null {
    return this.#stored;
  }

  /** Takes the figures of the last `windowSeconds`. */
  async set(windowSeconds: number): Promise<JsonObject | null> {
    const { rings } = this.#deps.sampler;
    const taken = this.#take(windowSeconds, historyStart(this.#deps.sampler));
    if (taken.requests === 0) {
      throw new GatewayError(
        'invalid_field',
        `windowSeconds ${windowSeconds}: expected a window with traffic; no request was finished in the last ${promqlDuration(windowSeconds)} of the history`,
      );
    }
    this.restore({ setAt: rings.end, windowSeconds, ...taken });
    await this.#deps.persist();
    return this.report();
  }

  async clear(): Promise<void> {
    this.restore(null);
    await this.#deps.persist();
  }

  restore(stored: StoredBaseline | null): void {
    this.#stored = stored;
    this.#deps.metrics.gauge('llamascope_baseline').replace(
      BASELINE_FIGURES.flatMap(({ id }) => {
        const value = stored?.values[id] ?? null;
        return value === null ? [] : [[{ figure: id }, value] as const];
      }),
    );
  }

  view(): BaselineView | null {
    if (this.#stored === null) return null;
    const { values, ...rest } = this.#stored;
    const { kept, prefix } = this.#deps;
    const range = promqlDuration(rest.windowSeconds);
    const figures = BASELINE_FIGURES.map(({ expr, ...figure }) => ({
      ...figure,
      then: values[figure.id] ?? null,
      promql: printPromql(expr, { range, prefix }),
    }));
    return { ...rest, kept, figures };
  }

  /** The present over the same window, or what of it has passed since; null while none is set. */
  now(): BaselineNow | null {
    if (this.#stored === null) return null;
    const { setAt, windowSeconds } = this.#stored;
    return this.#take(windowSeconds, Math.max(setAt, historyStart(this.#deps.sampler)));
  }

  /** Then, now, the difference and the factor, for people who ask over HTTP. */
  report(): JsonObject | null {
    const view = this.view();
    const now = this.now();
    if (view === null || now === null) return null;
    return {
      setAt: new Date(view.setAt).toISOString(),
      windowSeconds: view.windowSeconds,
      coveredSeconds: view.coveredSeconds,
      requests: view.requests,
      kept: KEPT[view.kept],
      now: { coveredSeconds: now.coveredSeconds, requests: now.requests },
      figures: view.figures.map(({ id, title, unit, then, promql }) => {
        const value = now.values[id] ?? null;
        return { figure: id, title, unit, then, now: value, ...change(then, value), promql };
      }),
      cost: null,
    };
  }

  #take(windowSeconds: number, startMs: number): Taken {
    const { sampler } = this.#deps;
    const endMs = sampler.rings.end;
    const coveredSeconds = Math.max(0, Math.min(windowSeconds, Math.round((endMs - startMs) / 1_000)));
    const valueOf = ({ node }: AnyExpr): number | null => {
      if (coveredSeconds === 0) return null;
      const value = evaluate(node, sampler, { endMs, rangeSeconds: coveredSeconds })[0]?.value ?? NaN;
      return Number.isFinite(value) ? Number(value.toPrecision(7)) : null;
    };
    const requests = Math.round(valueOf(BASELINE_REQUESTS) ?? 0);
    // A rate of 0 over a window in which nothing happened says nothing of how the gateway does.
    const values = BASELINE_FIGURES.map(({ id, expr }) => [id, requests === 0 ? null : valueOf(expr)]);
    return { coveredSeconds, requests, values: Object.fromEntries(values) as Taken['values'] };
  }
}

const KEPT: Readonly<Record<BaselineView['kept'], string>> = {
  snapshot: 'with the history in dashboard.snapshotPath; it outlives a restart',
  memory: 'in memory only: a restart forgets it, because dashboard.snapshotPath is not set',
};

function change(
  then: number | null,
  now: number | null,
): { readonly difference: number | null; readonly factor: number | null } {
  if (then === null || now === null) return { difference: null, factor: null };
  const rounded = (value: number): number => Number(value.toPrecision(6));
  return { difference: rounded(now - then), factor: then === 0 ? null : rounded(now / then) };
}

/** Since when there is any history, as exactly as the finest resolution that has forgotten nothing can tell. */
function historyStart({ rings }: Sampler): number {
  const whole = rings.tiers.find(({ now, oldest, slots }) => now - oldest + 1 < slots);
  const tier = whole ?? rings.tiers[rings.tiers.length - 1];
  return tier === undefined || tier.now < 0 ? Infinity : tier.oldest * tier.stepSeconds * 1_000;
}
