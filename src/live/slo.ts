/**
 * The objectives of the configuration as the page shows them: how fast each one's budget goes, and what is left of it. From the
 * gateway's own history, which reaches back two days, and from a Prometheus with the recording rules, which knows all
 * thirty. Burn rates are error ratios over the budget: 1 spends it in exactly the period (SRE workbook, chapter 5).
 */
import type { Clock } from '../runtime/clock.ts';
import { evaluate, type SeriesReader } from '../observability/evaluate.ts';
import { over, ratio, type AnyExpr, type Expr } from '../observability/expression.ts';
import { recorded, type RecordedName } from '../observability/outside.ts';
import {
  errorsOf,
  PERIOD_DAYS,
  promiseOf,
  totalOf,
  type Objective,
} from '../observability/rules/objective.ts';
import type { InstantValue, PrometheusSource } from './prometheus-source.ts';
import type { Burn, SloReply } from './protocol-replies.ts';

const PERIOD_SECONDS = PERIOD_DAYS * 86_400;
/** As far back as the history can reach. */
const REACH_SECONDS = 48 * 3_600;
const WINDOWS = { m5: 300, h1: 3_600, h6: 21_600 } as const;
type WindowName = keyof typeof WINDOWS;
const RECORDED: Readonly<Record<WindowName, RecordedName>> = {
  m5: 'slo:sli_error:ratio_rate5m',
  h1: 'slo:sli_error:ratio_rate1h',
  h6: 'slo:sli_error:ratio_rate6h',
};
const LEFT: RecordedName = 'slo:period_error_budget_remaining:ratio';
/** Many readers ask Prometheus as often as one. */
const FRESH_MS = 5_000;

export interface SloDeps {
  readonly reader: SeriesReader;
  readonly clock: Clock;
  /** The end of the newest second that was sampled, unix milliseconds. */
  readonly end: () => number;
  /** The oldest moment of the history, unix milliseconds, or null. */
  readonly since: () => number | null;
  readonly prometheus: PrometheusSource | null;
}

/** What the sampler has to keep for it. */
export function sloExpressions(objectives: readonly Objective[]): readonly AnyExpr[] {
  return objectives.flatMap((slo) => [errorsOf(slo, WINDOWS.m5), totalOf(slo, WINDOWS.m5)]);
}

type FromPrometheus = readonly (readonly [WindowName | 'left', readonly InstantValue[]])[];

export class SloReader {
  readonly #objectives: readonly Objective[];
  readonly #deps: SloDeps;
  #asked: { readonly at: number; readonly answer: Promise<FromPrometheus> } | null = null;

  constructor(objectives: readonly Objective[], deps: SloDeps) {
    this.#objectives = objectives;
    this.#deps = deps;
  }

  /** Never rejects: a Prometheus that fails is said in `problem`. */
  async answer(): Promise<SloReply> {
    const { end, prometheus } = this.#deps;
    let found: FromPrometheus | null = null;
    let problem: string | null = null;
    if (prometheus !== null) {
      try {
        found = await this.#fromPrometheus(prometheus);
        if (found.every(([, values]) => values.length === 0))
          problem =
            'Prometheus has no recorded objectives: load the rules that "llamascope generate" writes.';
      } catch (error) {
        problem = `Prometheus did not answer: ${(error as Error).message}.`;
      }
    }
    return {
      at: end(),
      periodDays: PERIOD_DAYS,
      prometheus: prometheus !== null,
      problem,
      objectives: this.#objectives.map((slo) => ({
        name: slo.name,
        promise: promiseOf(slo),
        objective: slo.objective,
        live: this.#live(slo),
        prometheus: found === null || problem !== null ? null : burnIn(found, slo),
      })),
    };
  }

  #live(slo: Objective): Burn {
    const { end, since } = this.#deps;
    const began = since();
    const reach = began === null ? 0 : Math.min(REACH_SECONDS, (end() - began) / 1_000);
    const spent = this.#burn(slo, REACH_SECONDS);
    return {
      m5: this.#burn(slo, WINDOWS.m5),
      h1: this.#burn(slo, WINDOWS.h1),
      h6: this.#burn(slo, WINDOWS.h6),
      left: spent === null ? null : 1 - (spent * reach) / PERIOD_SECONDS,
      leftOverSeconds: Math.round(reach),
    };
  }

  /** Null without traffic in the window. */
  #burn(slo: Objective, window: number): number | null {
    const burn: Expr<never> = over(ratio(errorsOf(slo, window), totalOf(slo, window)), 1 - slo.objective);
    const [found] = evaluate(burn.node, this.#deps.reader, {
      endMs: this.#deps.end(),
      rangeSeconds: window,
    });
    return found === undefined || !Number.isFinite(found.value) ? null : found.value;
  }

  #fromPrometheus(prometheus: PrometheusSource): Promise<FromPrometheus> {
    const now = this.#deps.clock.now();
    if (this.#asked === null || now - this.#asked.at > FRESH_MS) {
      const ask = async (name: RecordedName): Promise<readonly InstantValue[]> =>
        prometheus.now(recorded(name, { by: ['slo'] }));
      const answer = Promise.all([
        ...(Object.keys(WINDOWS) as WindowName[]).map(
          async (window) => [window, await ask(RECORDED[window])] as const,
        ),
        ask(LEFT).then((values) => ['left', values] as const),
      ]);
      this.#asked = { at: now, answer };
    }
    return this.#asked.answer;
  }
}

function burnIn(found: FromPrometheus, slo: Objective): Burn {
  const of = (which: WindowName | 'left'): number | null => {
    const values = found.find(([name]) => name === which)?.[1] ?? [];
    const value = values.find(({ labels }) => labels['slo'] === slo.name)?.value ?? null;
    return value;
  };
  const burn = (which: WindowName): number | null => {
    const errors = of(which);
    return errors === null ? null : errors / (1 - slo.objective);
  };
  return {
    m5: burn('m5'),
    h1: burn('h1'),
    h6: burn('h6'),
    left: of('left'),
    leftOverSeconds: PERIOD_SECONDS,
  };
}
