/**
 * A fault plan: what goes wrong, how often, when, for whom. The same plan and the same order of requests
 * give the same faults, because each rule draws from its own seeded sequence; with `draw: 'request'` the order
 * does not matter either, because what is drawn hangs on who asks and how often it has asked.
 *
 * All times are simulated milliseconds (real ones at `speed` 1), counted from the moment the plan is set.
 */
export const FAULTS = [
  /** The connection is reset before the request is read; without `path`, `model`, `rate` and `count` the port itself is closed. */
  'refuse',
  /** The request waits `delayMs`, then is answered as usual. */
  'delay',
  /** No headers, ever. */
  'hang',
  /** After `afterItems` items nothing more; with `delayMs` it goes on after that. */
  'stall',
  /** After `afterItems` items the connection is reset. */
  'reset',
  /** After `afterItems` items the answer ends as if complete, without its final object. */
  'truncate',
  /** After `afterItems` items the runner dies: an error inside the stream, as Ollama reports it. */
  'error-in-stream',
  /** The answer is `status`, with `retry-after` when `retryAfterS` is given. */
  'status',
  /** The answer is broken JSON under status 200. */
  'malformed',
  /** The bytes arrive a few at a time, `delayMs` apart. */
  'trickle',
] as const;
export type FaultName = (typeof FAULTS)[number];

export interface FaultRule {
  readonly fault: FaultName;
  /** A path such as `/api/chat`; `*` at its end matches any rest. Omitted: every inference path. */
  readonly path?: string;
  /** A model's name; `*` at its end matches any rest. Omitted: every model, and requests without one. */
  readonly model?: string;
  /** The share of matching requests it hits, 0 to 1; default 1. */
  readonly rate?: number;
  /** At most so many times. */
  readonly count?: number;
  /** Active from this many milliseconds after the plan was set; default 0. */
  readonly fromMs?: number;
  /** Active until then; default for ever. */
  readonly untilMs?: number;
  /** 400 to 599, for `status`; default 500. */
  readonly status?: number;
  /** Whole seconds in `retry-after`, for `status`. */
  readonly retryAfterS?: number;
  /** For `delay` (default 1000), `stall` (default for ever), `status` (default 0), `trickle` (default 20 per piece). */
  readonly delayMs?: number;
  /** Stream items that get through before `stall`, `reset`, `truncate`, `error-in-stream`, `malformed`; default 3. */
  readonly afterItems?: number;
}

/**
 * What a `rate` is drawn by. `order` (default): the next number of the rule's sequence for each matching request.
 * `request`: a number fixed by seed, rule, the request's `x-request-id` and how often that id has come, so that
 * the same client request meets the same fate at its n-th attempt, whoever else is there. Requests without
 * an id are drawn by order.
 */
export const DRAWS = ['order', 'request'] as const;
export type Draw = (typeof DRAWS)[number];

export interface FaultPlan {
  /** Default 0. */
  readonly seed?: number;
  readonly draw?: Draw;
  readonly rules: readonly FaultRule[];
}

/** A plan that makes no sense. `problems` names each place, the value there and what was expected. */
export class FaultPlanError extends Error {
  override readonly name = 'FaultPlanError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

interface FieldRule {
  readonly expected: string;
  readonly faults: readonly FaultName[] | null;
  accepts(value: unknown): boolean;
}

const MID_STREAM: readonly FaultName[] = ['stall', 'reset', 'truncate', 'error-in-stream', 'malformed'];

const between = (low: number, high: number) => (value: unknown) =>
  typeof value === 'number' && value >= low && value <= high;
const whole = (low: number, high: number) => (value: unknown) =>
  Number.isInteger(value) && between(low, high)(value);
/** About 24 days: the longest a timer can wait. */
const MAX_MS = 2_147_483_647;
const milliseconds = between(0, MAX_MS);

const FIELDS: Readonly<Record<string, FieldRule>> = {
  fault: {
    expected: `one of ${FAULTS.join(', ')}`,
    faults: null,
    accepts: (value) => FAULTS.includes(value as FaultName),
  },
  path: {
    expected: 'a path that starts with "/", or "*"',
    faults: null,
    accepts: (value) => typeof value === 'string' && (value.startsWith('/') || value === '*'),
  },
  model: {
    expected: "a model's name",
    faults: null,
    accepts: (value) => typeof value === 'string' && value !== '',
  },
  rate: { expected: 'a number from 0 to 1', faults: null, accepts: between(0, 1) },
  count: { expected: 'a whole number from 1', faults: null, accepts: whole(1, 1e9) },
  fromMs: { expected: `milliseconds from 0 to ${MAX_MS}`, faults: null, accepts: milliseconds },
  untilMs: { expected: `milliseconds from 0 to ${MAX_MS}`, faults: null, accepts: milliseconds },
  status: { expected: 'a whole number from 400 to 599', faults: ['status'], accepts: whole(400, 599) },
  retryAfterS: { expected: 'a whole number from 0 to 86400', faults: ['status'], accepts: whole(0, 86_400) },
  delayMs: {
    expected: `milliseconds from 0 to ${MAX_MS}`,
    faults: ['delay', 'stall', 'status', 'trickle'],
    accepts: milliseconds,
  },
  afterItems: { expected: 'a whole number from 0', faults: MID_STREAM, accepts: whole(0, 1e6) },
};

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function ruleProblems(rule: unknown, place: string): string[] {
  if (!isObject(rule)) return [`${place}: ${show(rule)} is not an object`];
  const problems: string[] = [];
  if (rule['fault'] === undefined)
    problems.push(`${place}.fault: missing, expected ${FIELDS['fault']?.expected ?? ''}`);
  for (const [key, value] of Object.entries(rule)) {
    if (value === undefined) continue;
    const field = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined;
    if (field === undefined) {
      problems.push(`${place}.${key}: unknown key, expected one of ${Object.keys(FIELDS).join(', ')}`);
    } else if (!field.accepts(value)) {
      problems.push(`${place}.${key}: ${show(value)}, expected ${field.expected}`);
    } else if (field.faults !== null && !field.faults.includes(rule['fault'] as FaultName)) {
      problems.push(`${place}.${key}: ${show(value)}, expected only with fault ${field.faults.join(', ')}`);
    }
  }
  const { fromMs, untilMs } = rule;
  if (typeof untilMs === 'number' && untilMs <= (typeof fromMs === 'number' ? fromMs : 0)) {
    problems.push(`${place}.untilMs: ${untilMs}, expected more than fromMs`);
  }
  return problems;
}

/** At most so many rules: each is looked at for each request. */
const MAX_RULES = 1_000;

/** Checks a plan from outside. Throws `FaultPlanError` with every problem found. */
export function readFaultPlan(value: unknown): FaultPlan {
  if (!isObject(value))
    throw new FaultPlanError([`plan: ${show(value)}, expected an object { seed, draw, rules }`]);
  const problems: string[] = [];
  for (const key of Object.keys(value)) {
    if (key !== 'seed' && key !== 'rules' && key !== 'draw')
      problems.push(`${key}: unknown key, expected seed, draw or rules`);
  }
  const { seed, draw, rules } = value;
  if (draw !== undefined && !DRAWS.includes(draw as Draw))
    problems.push(`draw: ${show(draw)}, expected one of ${DRAWS.join(', ')}`);
  if (seed !== undefined && !whole(0, 4_294_967_295)(seed)) {
    problems.push(`seed: ${show(seed)}, expected a whole number from 0 to 4294967295`);
  }
  if (!Array.isArray(rules)) problems.push(`rules: ${show(rules)}, expected a list of rules`);
  else if (rules.length > MAX_RULES)
    problems.push(`rules: ${rules.length} of them, expected at most ${MAX_RULES}`);
  else rules.forEach((rule, index) => problems.push(...ruleProblems(rule, `rules[${index}]`)));
  if (problems.length > 0) throw new FaultPlanError(problems);
  return value as unknown as FaultPlan;
}
