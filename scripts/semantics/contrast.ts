import type { Rng } from '../../src/runtime/rng.ts';
import { dotRows } from './numeric.ts';
import type { Group } from './splits.ts';

/** Two texts each that ask the same. */
export interface Pairs {
  readonly left: readonly string[];
  readonly right: readonly string[];
  readonly labels: readonly string[];
}

export function pick(sources: readonly Source[], rng: Rng): Source {
  let rest = rng.next() * sources.reduce((sum, { share }) => sum + share, 0);
  return sources.find(({ share }) => (rest -= share) < 0) ?? (sources[0] as Source);
}

export interface Source {
  readonly group: Group;
  /** Those with two texts or more. */
  readonly labels: readonly string[];
  /** How often it is drawn from, beside the others. */
  readonly share: number;
}

export function sourceOf(group: Group, share: number): Source {
  const labels = [...group].filter(([, texts]) => texts.length > 1).map(([label]) => label);
  return { group, labels, share };
}

/** Labels without repetition while there are enough of them. */
export function drawPairs({ group, labels }: Source, count: number, rng: Rng): Pairs {
  const drawn: string[] = [];
  while (drawn.length < count) {
    const rest = count - drawn.length;
    drawn.push(
      ...(labels.length > 4 * count ? someOf(labels, rest, rng) : shuffled(labels, rng).slice(0, rest)),
    );
  }
  const texts = drawn.map((label) => shuffled(group.get(label) as readonly string[], rng));
  return {
    left: texts.map(([text]) => text as string),
    right: texts.map(([, text]) => text as string),
    labels: drawn,
  };
}

function someOf(labels: readonly string[], count: number, rng: Rng): readonly string[] {
  const drawn = new Set<string>();
  while (drawn.size < count) drawn.add(labels[Math.floor(rng.next() * labels.length)] as string);
  return [...drawn];
}

function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(rng.next() * (i + 1));
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

/**
 * The slope of InfoNCE in both directions by each cosine of the left half with the right half. Texts of the same label are
 * no counterexamples to each other.
 */
export function contrast(
  unit: Float32Array,
  labels: readonly string[],
  width: number,
  temperature: number,
): Float32Array {
  const n = labels.length;
  const odds = new Float32Array(n * n);
  const across = new Float32Array(n);
  const down = new Float32Array(n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (i !== j && labels[i] === labels[j]) continue;
      const value = Math.exp((dotRows(unit, i, unit, n + j, width) - 1) / temperature);
      odds[i * n + j] = value;
      across[i] = (across[i] as number) + value;
      down[j] = (down[j] as number) + value;
    }
  const slopes = new Float32Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const value = odds[i * n + j] as number;
      const share = value / (across[i] as number) + value / (down[j] as number) - (i === j ? 2 : 0);
      slopes[i * n + j] = share / (2 * n * temperature);
    }
  return slopes;
}
