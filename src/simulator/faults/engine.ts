import type { Clock, Timer } from '../../runtime/clock.ts';
import { seededRng } from '../../runtime/rng.ts';
import type { Rng } from '../../runtime/rng.ts';
import type { Draw, FaultPlan, FaultRule } from './plan.ts';

export interface RuleReport extends FaultRule {
  /** Requests that matched path, model and time. */
  readonly matched: number;
  /** Of those, how many it hit. */
  readonly fired: number;
}

/** The plan in force, with what each rule has done. */
export interface FaultReport {
  readonly seed: number;
  readonly draw: Draw;
  /** Simulated milliseconds since it was set. */
  readonly sinceMs: number;
  readonly rules: readonly RuleReport[];
}

interface ActiveRule {
  readonly rule: FaultRule;
  /** The rule's own seed. */
  readonly seed: number;
  readonly rng: Rng;
  /** How often each request id has come, for `draw: 'request'`. */
  readonly seen: Map<string, number>;
  matched: number;
  fired: number;
}

/** What the faults are decided on. `model` is null where a request names none, or is not read yet. */
export interface FaultSubject {
  readonly path: string;
  readonly model: string | null;
  /** Whether the path is one that runs a model: those are hit by rules without a path. */
  readonly inference: boolean;
  /** `x-request-id`, or null. */
  readonly requestId: string | null;
}

/** Request ids remembered per rule; beyond that the oldest are forgotten and begin anew. */
const MAX_IDS = 100_000;

/**
 * Decides, request by request, which fault of the plan hits it. The first rule that matches and fires wins.
 * A rule draws one number per matching request from its own sequence, so rules do not disturb each other.
 */
export class FaultEngine {
  readonly #clock: Clock;
  readonly #onPortChange: (closed: boolean) => void;
  #rules: ActiveRule[] = [];
  #seed = 0;
  #draw: Draw = 'order';
  #since = 0;
  readonly #timers = new Set<Timer>();

  /** `onPortChange` hears at once whether a `refuse` rule over everything is active now. */
  constructor(clock: Clock, onPortChange: (closed: boolean) => void) {
    this.#clock = clock;
    this.#onPortChange = onPortChange;
  }

  /** Replaces the plan; its times start now. The plan must have passed `readFaultPlan`. */
  set(plan: FaultPlan): void {
    this.#forgetTimers();
    this.#seed = plan.seed ?? 0;
    this.#draw = plan.draw ?? 'order';
    this.#since = this.#clock.now();
    this.#rules = plan.rules.map((rule, index) => {
      const seed = mix(this.#seed, index);
      return { rule, seed, rng: seededRng(seed), seen: new Map(), matched: 0, fired: 0 };
    });
    for (const { rule } of this.#rules) {
      if (!closesPort(rule)) continue;
      for (const edge of [rule.fromMs, rule.untilMs]) if (edge !== undefined && edge > 0) this.#tellAt(edge);
    }
    this.#onPortChange(this.portClosed);
  }

  /** Tells the state of the port at that age of the plan. A timer may be early by a hair: then it waits once more. */
  #tellAt(age: number): void {
    const timer = this.#clock.setTimer(age - this.#age, () => {
      this.#timers.delete(timer);
      if (this.#age < age) this.#tellAt(age);
      else this.#onPortChange(this.portClosed);
    });
    this.#timers.add(timer);
  }

  get #age(): number {
    return this.#clock.now() - this.#since;
  }

  clear(): void {
    this.set({ rules: [] });
  }

  /** Whether the port is to be closed now. */
  get portClosed(): boolean {
    return this.#rules.some(({ rule }) => closesPort(rule) && this.#isActive(rule));
  }

  /** Decides the `refuse` rules that need no body: they act before the request is read. */
  decideBeforeBody(subject: FaultSubject): FaultRule | null {
    return this.#decide(subject, (rule) => actsBeforeBody(rule));
  }

  /** Decides all others, once the model is known. */
  decide(subject: FaultSubject): FaultRule | null {
    return this.#decide(subject, (rule) => !actsBeforeBody(rule));
  }

  #decide(subject: FaultSubject, wanted: (rule: FaultRule) => boolean): FaultRule | null {
    for (const active of this.#rules) {
      const { rule } = active;
      if (!wanted(rule) || !matches(rule, subject) || !this.#isActive(rule)) continue;
      if (rule.count !== undefined && active.fired >= rule.count) continue;
      active.matched += 1;
      if (this.#drawn(active, subject) >= (rule.rate ?? 1)) continue;
      active.fired += 1;
      return rule;
    }
    return null;
  }

  #drawn(active: ActiveRule, { requestId }: FaultSubject): number {
    if (this.#draw === 'order' || requestId === null) return active.rng.next();
    const { seen } = active;
    const times = (seen.get(requestId) ?? 0) + 1;
    if (times === 1 && seen.size >= MAX_IDS) seen.delete(seen.keys().next().value as string);
    seen.set(requestId, times);
    return seededRng(hash(`${String(times)}:${requestId}`, active.seed)).next();
  }

  #isActive(rule: FaultRule): boolean {
    const age = this.#age;
    return age >= (rule.fromMs ?? 0) && age < (rule.untilMs ?? Infinity);
  }

  report(): FaultReport {
    return {
      seed: this.#seed,
      draw: this.#draw,
      sinceMs: this.#age,
      rules: this.#rules.map(({ rule, matched, fired }) => ({ ...rule, matched, fired })),
    };
  }

  #forgetTimers(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  close(): void {
    this.#forgetTimers();
  }
}

/** A `refuse` over everything is a server that is not there: its port is closed. */
export function closesPort(rule: FaultRule): boolean {
  return (
    rule.fault === 'refuse' &&
    (rule.path === undefined || rule.path === '*') &&
    rule.model === undefined &&
    (rule.rate ?? 1) === 1 &&
    rule.count === undefined
  );
}

function actsBeforeBody(rule: FaultRule): boolean {
  return rule.fault === 'refuse' && rule.model === undefined;
}

function matches(rule: FaultRule, subject: FaultSubject): boolean {
  if (rule.path === undefined ? !subject.inference && !closesPort(rule) : !covers(rule.path, subject.path))
    return false;
  return rule.model === undefined || (subject.model !== null && covers(rule.model, subject.model));
}

function covers(pattern: string, value: string): boolean {
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
}

/** A different, fixed sequence for each rule of a seed. */
function mix(seed: number, index: number): number {
  return (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index + 1, 0xc2b2ae35)) >>> 0;
}

/** FNV-1a over the text, from a seed. */
function hash(text: string, seed: number): number {
  let value = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at += 1)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value;
}
