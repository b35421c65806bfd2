/**
 * The guard's reading of texts that were compared lately: a lookup needs that of its question twice (guard and scorer), and
 * popular questions are candidates again and again. Bounded: the latest stay.
 */
import { BoundedMemo } from '../../../runtime/bounded-memo.ts';
import { analyse, type GuardText } from './text.ts';

/** Remembered for certain, and up to twice as many; some 10 kB each at the most. */
const READINGS = 512;
/** Longer texts are read anew, so that the memory stays small. */
const MAX_LENGTH = 512;

const readings = new BoundedMemo<GuardText>(READINGS);

export function readingOf(text: string): GuardText {
  if (text.length > MAX_LENGTH) return analyse(text);
  let reading = readings.get(text);
  if (reading === undefined) {
    reading = analyse(text);
    readings.set(text, reading);
  }
  return reading;
}
