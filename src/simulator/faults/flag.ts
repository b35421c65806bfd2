import { FAULTS, FaultPlanError, readFaultPlan } from './plan.ts';
import type { FaultName, FaultRule } from './plan.ts';

/** What a bare value after the fault's name means: `status=503`, `delay=500`, `stall=2000`, `trickle=5`. */
const MAIN_FIELD: Partial<Record<FaultName, keyof FaultRule>> = {
  status: 'status',
  delay: 'delayMs',
  stall: 'delayMs',
  trickle: 'delayMs',
};

/** Short names for the command line, beside the full ones. */
const SHORT: Readonly<Record<string, keyof FaultRule>> = {
  from: 'fromMs',
  until: 'untilMs',
  'retry-after': 'retryAfterS',
  retryAfter: 'retryAfterS',
  after: 'afterItems',
  delay: 'delayMs',
};

const TEXT_FIELDS: ReadonlySet<string> = new Set(['path', 'model']);

/**
 * Reads the compact form of one rule, as in `--fault status=503,rate=0.2,path=/api/chat` or
 * `--fault stall,after=5,from=1000,until=4000`: the fault first, then its fields.
 * Throws `FaultPlanError` that names the flag's part, the value and what was expected.
 */
export function parseFaultFlag(text: string): FaultRule {
  const [first = '', ...rest] = text.split(',').map((part) => part.trim());
  const [name, main] = splitPair(first);
  if (!FAULTS.includes(name as FaultName)) {
    throw new FaultPlanError([`--fault ${text}: "${name}", expected one of ${FAULTS.join(', ')} first`]);
  }
  const fault = name as FaultName;
  const rule: Record<string, unknown> = { fault };
  if (main !== null) {
    const field = MAIN_FIELD[fault];
    if (field === undefined) {
      throw new FaultPlanError([`--fault ${text}: "${first}", expected "${fault}" without a value`]);
    }
    rule[field] = readValue(field, main);
  }
  for (const part of rest) {
    const [key, value] = splitPair(part);
    if (value === null) throw new FaultPlanError([`--fault ${text}: "${part}", expected key=value`]);
    const field = SHORT[key] ?? key;
    rule[field] = readValue(field, value);
  }
  try {
    readFaultPlan({ rules: [rule] });
  } catch (error) {
    if (!(error instanceof FaultPlanError)) throw error;
    throw new FaultPlanError(
      error.problems.map((problem) => `--fault ${text}: ${problem.replace('rules[0].', '')}`),
    );
  }
  return rule as unknown as FaultRule;
}

function splitPair(part: string): [string, string | null] {
  const at = part.indexOf('=');
  return at < 0 ? [part, null] : [part.slice(0, at), part.slice(at + 1)];
}

/** A number where it is one; other text stays, so that the check can show it. */
function readValue(field: string, text: string): string | number {
  if (TEXT_FIELDS.has(field)) return text;
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? text : number;
}
