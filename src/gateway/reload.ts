/**
 * Another configuration for a running gateway. Everything new is built, and new upstreams are asked how they are,
 * beside what runs; then all is exchanged in one step, in which no request can come between; then the old drains.
 *
 * Guarantees: a configuration with a mistake changes nothing and says what is wrong; no request fails because of a
 * reload: those under way end with the parts they began with, those in the line of a replaced upstream find their turn
 * elsewhere. What only a start can change keeps its value and is named. Reloads run one after the other.
 *
 * To make a part reloadable: give it a `configure(section)` that cannot fail half way, and call it in `#exchange`.
 */
import { isDeepStrictEqual } from 'node:util';
import { compareConfigs, type ConfigComparison } from '../config/compare.ts';
import type { Config, ConfigInput } from '../config/config.ts';
import { resolveConfig } from '../config/resolve.ts';
import { GatewayError } from '../core/errors.ts';
import type { GatewayEvent, ReloadTrigger } from '../core/events.ts';
import type { RosterChange } from '../pool/roster.ts';
import { createAttemptStages, type AttemptStages } from './attempt-stages.ts';
import { createDataPlane, type DataPlane } from './data-plane.ts';
import type { Parts } from './parts.ts';

/** What a reload did. */
export interface ReloadReport {
  /** Keys that have another value now; an upstream is one key, `upstreams.NAME`. */
  readonly changed: readonly string[];
  /** Keys whose new value waits for the next start; the running one stays in force. */
  readonly needsRestart: readonly string[];
  /** Upstreams by name. A changed one was replaced and drains in the background, as a removed one does. */
  readonly upstreams: RosterChange;
}

/** Where a reload that is handed nothing finds the configuration. Throws `ConfigError`. */
export type ConfigSource = () => ConfigInput;

/** What is in force, each exchanged as a whole. */
export interface InForce {
  readonly config: Config;
  readonly plane: DataPlane;
}

export interface ReloaderDeps {
  /** Null when only a program has the configuration. */
  readonly source: ConfigSource | null;
  /** Told in the step of the exchange, for what stands above the parts: listeners and operations plane. */
  readonly onExchange: (inForce: InForce) => void;
}

export class Reloader {
  readonly #parts: Parts;
  readonly #deps: ReloaderDeps;
  #attempts: AttemptStages;
  #inForce: InForce;
  #last: Promise<unknown> = Promise.resolve();

  constructor(initial: Config, parts: Parts, deps: ReloaderDeps) {
    this.#parts = parts;
    this.#deps = deps;
    this.#attempts = createAttemptStages(initial, parts);
    this.#inForce = { config: initial, plane: createDataPlane(initial, parts, this.#attempts) };
  }

  get inForce(): InForce {
    return this.#inForce;
  }

  /** Rejects with what the source throws, `ConfigError` as a rule; then nothing has changed. */
  reload(trigger: ReloadTrigger, given?: ConfigInput): Promise<ReloadReport> {
    const report = this.#last.then(() => this.#apply(trigger, given));
    this.#last = report.catch(() => undefined);
    return report;
  }

  async #apply(trigger: ReloadTrigger, given: ConfigInput | undefined): Promise<ReloadReport> {
    const parts = this.#parts;
    const report = (what: Omit<Reloaded, 'type' | 'trigger' | 'at'>): number => {
      const at = parts.clock.wallMs();
      parts.bus.emit({ type: 'config.reloaded', trigger, at, ...what });
      return at;
    };
    try {
      refuseWhenClosing(parts);
      const comparison = compareConfigs(this.#inForce.config, this.#read(given));
      const upstreams = await this.#exchange(comparison);
      const { changed, needsRestart } = comparison;
      const appliedAt = report({ result: 'applied', changed, needsRestart, problem: null });
      parts.reloads = { appliedAt, needsRestart, problem: null };
      return { changed, needsRestart, upstreams };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      parts.reloads = { ...parts.reloads, problem };
      report({ result: 'rejected', changed: [], needsRestart: [], problem });
      throw error;
    }
  }

  #read(given: ConfigInput | undefined): Config {
    if (given !== undefined) return resolveConfig(given);
    if (this.#deps.source !== null) return resolveConfig(this.#deps.source());
    throw new GatewayError(
      'config_refused',
      'this gateway was made by a program, which alone has its configuration: it calls gateway.reload(config)',
    );
  }

  /** Up to `commit` anything may fail and nothing has changed; from there on nothing can fail and nobody comes between. */
  async #exchange({ effective }: ConfigComparison): Promise<RosterChange> {
    const parts = this.#parts;
    const { roster } = parts.upstreams;
    const prepared = await roster.prepare(effective.upstreams, effective.probe);
    let attempts = this.#attempts;
    try {
      refuseWhenClosing(parts);
      const { retry, hedge } = this.#inForce.config;
      if (!isDeepStrictEqual([effective.retry, effective.hedge], [retry, hedge]))
        attempts = createAttemptStages(effective, parts);
      parts.cache.configure(effective.cache);
    } catch (error) {
      await roster.discard(prepared);
      throw error;
    }
    const change = roster.commit(prepared, effective.drainMs);
    parts.upstreams.tune({ health: effective.health, routing: effective.routing });
    parts.embedder.configure(effective.cache);
    parts.log.setLevel(effective.log.level);
    this.#attempts = attempts;
    this.#inForce = { config: effective, plane: createDataPlane(effective, parts, attempts) };
    this.#deps.onExchange(this.#inForce);
    return change;
  }
}

type Reloaded = Extract<GatewayEvent, { type: 'config.reloaded' }>;

function refuseWhenClosing(parts: Parts): void {
  if (parts.draining) throw new GatewayError('draining', 'Llamascope is shutting down');
}
