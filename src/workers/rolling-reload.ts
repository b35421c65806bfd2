/**
 * Another configuration for all workers, one after the other. The first one that refuses it stops it: then nothing has changed
 * anywhere, as all judge alike. A later one that cannot follow is ended, and its successor starts with the new configuration.
 */
import { compareConfigs } from '../config/compare.ts';
import type { Config, ConfigInput } from '../config/config.ts';
import { resolveConfig } from '../config/resolve.ts';
import { GatewayError } from '../core/errors.ts';
import type { Emit, ReloadTrigger } from '../core/events.ts';
import type { ConfigSource, ReloadReport } from '../gateway/reload.ts';
import type { ReloadFacts } from '../health.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Fleet } from './fleet.ts';

export interface RollingReloadDeps {
  readonly fleet: () => Fleet;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly source: ConfigSource | null;
  /** It is in force in all workers. */
  readonly applied: (config: Config) => void;
  readonly closing: () => boolean;
}

export class RollingReload {
  readonly #deps: RollingReloadDeps;
  #config: Config;
  #facts: ReloadFacts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(initial: Config, deps: RollingReloadDeps) {
    this.#config = initial;
    this.#deps = deps;
    this.#facts = { appliedAt: deps.clock.wallMs(), needsRestart: [], problem: null };
  }

  get config(): Config {
    return this.#config;
  }

  get facts(): ReloadFacts {
    return this.#facts;
  }

  /** Rejects with what the source throws, `ConfigError` as a rule, or with what a worker said; then nothing has changed. */
  reload(trigger: ReloadTrigger, given?: ConfigInput): Promise<ReloadReport> {
    const report = this.#last.then(() => this.#apply(trigger, given));
    this.#last = report.catch(() => undefined);
    return report;
  }

  async #apply(trigger: ReloadTrigger, given: ConfigInput | undefined): Promise<ReloadReport> {
    const { clock, emit } = this.#deps;
    try {
      if (this.#deps.closing()) throw new GatewayError('draining', 'Llamascope is shutting down');
      const next = compareConfigs(this.#config, this.#read(given));
      const upstreams = await this.#roll(next.effective, trigger);
      this.#deps.applied(next.effective);
      const { changed, needsRestart } = next;
      const at = clock.wallMs();
      this.#facts = { appliedAt: at, needsRestart, problem: null };
      emit({ type: 'config.reloaded', result: 'applied', trigger, at, changed, needsRestart, problem: null });
      return { changed, needsRestart, upstreams };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#facts = { ...this.#facts, problem };
      const at = clock.wallMs();
      emit({
        type: 'config.reloaded',
        result: 'rejected',
        trigger,
        at,
        changed: [],
        needsRestart: [],
        problem,
      });
      throw error;
    }
  }

  #read(given: ConfigInput | undefined): Config {
    if (given !== undefined) return resolveConfig(given);
    if (this.#deps.source !== null) return resolveConfig(this.#deps.source());
    throw new GatewayError('config_refused', 'nothing to read a configuration from');
  }

  async #roll(config: Config, trigger: ReloadTrigger): Promise<ReloadReport['upstreams']> {
    const fleet = this.#deps.fleet();
    const [first] = fleet.ready;
    if (first === undefined)
      throw new GatewayError('config_refused', 'no worker process is there to take it');
    const report = await first.channel.call('reload', { config, trigger }).catch((error: unknown) => {
      throw new GatewayError('config_refused', (error as Error).message);
    });
    // Whoever starts from here on starts with it.
    this.#config = config;
    for (const link of fleet.told.filter((one) => one !== first))
      await link.channel.call('reload', { config, trigger }).catch(() => link.process.kill('SIGKILL'));
    return report.upstreams;
  }
}
