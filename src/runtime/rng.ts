import { randomInt } from 'node:crypto';

/** Chance as a dependency, so that jitter, balancing and faults can be replayed from a seed. */
export interface Rng {
  /** Uniform in [0, 1). */
  next(): number;
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough for jitter and fault plans. */
export function seededRng(seed: number): Rng {
  let state = seed >>> 0;
  return {
    next(): number {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
    },
  };
}

export const systemRng: Rng = seededRng(randomInt(0xffff_ffff));
