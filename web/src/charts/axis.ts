/** Axes whose ticks a person would have chosen: seconds on powers of ten, bytes on powers of two, counts on whole numbers, shares up to 100 %. */
import { clockTime, format, type Unit } from '../format.ts';

/** Below this a quiet chart would turn noise into mountains. */
const LEAST_TOP: Readonly<Record<Unit, number>> = {
  count: 4,
  per_second: 1,
  seconds: 0.01,
  ratio: 1,
  bytes: 1_024,
  tokens_per_second: 10,
  cores: 0.1,
  state: 2,
  flag: 1,
};

export interface Span {
  readonly bottom: number;
  readonly top: number;
}

/**
 * The axis for a range of values. It starts at 0, because a height is a quantity; only a ratio that is watched for falling
 * (`closeUp`) starts higher, so that the difference between 99.9 % and 99 % can be seen.
 */
export function axisSpan(smallest: number, largest: number, unit: Unit, closeUp: boolean): Span {
  if (unit === 'ratio' && largest <= 1) {
    const bottom = closeUp ? ([0.99, 0.9, 0.5].find((floor) => smallest >= floor) ?? 0) : 0;
    return { bottom, top: 1 };
  }
  const wanted = Math.max(largest * 1.04, LEAST_TOP[unit]);
  const step = tickStep(wanted, unit);
  return { bottom: 0, top: Math.ceil(wanted / step) * step };
}

/** About four ticks. */
export function ticks({ bottom, top }: Span, unit: Unit): readonly number[] {
  const step = bottom > 0 ? (top - bottom) / (bottom === 0.5 ? 5 : 2) : tickStep(top, unit);
  return Array.from(
    { length: Math.floor((top - bottom) / step + 1e-6) + 1 },
    (_, index) => bottom + index * step,
  );
}

function tickStep(top: number, unit: Unit): number {
  const rough = top / 4;
  if (unit === 'bytes') {
    const power = 1_024 ** Math.floor(Math.log2(Math.max(rough, 1)) / 10);
    return roundUp(rough / power) * power;
  }
  if (unit === 'ratio' && top === 1) return 0.25;
  // Half a request does not wait.
  if (unit === 'count' || unit === 'state' || unit === 'flag')
    return Math.max(1, roundUp(rough, [1, 2, 5, 10]));
  return roundUp(rough);
}

/** To one of these times a power of ten. */
function roundUp(value: number, factors: readonly number[] = [1, 2, 2.5, 5, 10]): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = factors.find((factor) => factor * power >= value * 0.999) ?? 10;
  return step * power;
}

export function tickLabel(value: number, unit: Unit): string {
  if (value === 0) return '0';
  // A tick is exact; what is nearly 100 % is not written as such elsewhere.
  if (unit === 'ratio') return format(Math.round(value * 10_000) / 10_000, unit);
  return format(value, unit);
}

const TIME_STEPS = [
  5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800,
  604_800,
] as const;

/** Whole minutes or hours of the reader's own day, as many as have room. */
export function timeTicks(from: number, to: number, room: number): readonly number[] {
  const step = TIME_STEPS.find((candidate) => (to - from) / candidate <= room) ?? 604_800;
  const shift = new Date(from * 1_000).getTimezoneOffset() * 60;
  const first = Math.ceil((from - shift) / step) * step + shift;
  const out: number[] = [];
  for (let at = first; at <= to; at += step) out.push(at);
  return out;
}

export function timeLabel(at: number, span: number): string {
  if (span <= 90_000) return clockTime(at, span <= 240);
  const date = new Date(at * 1_000);
  return date.getHours() === 0 && date.getMinutes() === 0
    ? date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
    : clockTime(at, false);
}
