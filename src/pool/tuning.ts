/** How upstreams are judged and chosen, for all of them together. A reload changes it in place. */
export interface HealthOptions {
  /** Attempts that fail in a row until an upstream is set aside without waiting for a probe; null: never. */
  readonly passiveFailures: number | null;
  /** How long it is set aside, milliseconds. */
  readonly ejectMs: number;
  /** How long an upstream that came back takes until it gets its full share, milliseconds. */
  readonly slowStartMs: number;
  /** The share of upstreams that health must leave: with fewer well than this, health is not asked. */
  readonly panicThreshold: number;
}

export const STICKY_MODES = ['none', 'client', 'prefix'] as const;
export type StickyMode = (typeof STICKY_MODES)[number];

export interface RoutingOptions {
  /** What makes requests go to the same upstream: nothing, their client, or the beginning of their conversation. */
  readonly sticky: StickyMode;
  /** An upstream with more than this many times its fair share of the work is not stuck to. */
  readonly stickyLoad: number;
}

export interface TuningOptions {
  readonly health: HealthOptions;
  readonly routing: RoutingOptions;
}

export const TUNING_DEFAULTS: TuningOptions = {
  health: { passiveFailures: 5, ejectMs: 10_000, slowStartMs: 10_000, panicThreshold: 0.3 },
  routing: { sticky: 'none', stickyLoad: 1.25 },
};

export class Tuning {
  health: HealthOptions;
  routing: RoutingOptions;
  /** Whether health may take one more upstream out of the choice. */
  mayLoseOne: () => boolean = () => false;
  /** Called when an upstream was found well or ill. */
  healthChanged: () => void = () => undefined;

  constructor({ health, routing }: TuningOptions = TUNING_DEFAULTS) {
    this.health = health;
    this.routing = routing;
  }

  configure({ health, routing }: TuningOptions): void {
    this.health = health;
    this.routing = routing;
  }
}
