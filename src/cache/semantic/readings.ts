/**
 * The guard's reading of texts that were compared lately: a lookup needs that of its question twice (guard and scorer), and
 * popular questions are candidates again and again. Bounded, and started anew when full.
 */
import { analyse, type GuardText } from './guard-text.ts';

const MAX_READINGS = 1_024;
/** Longer texts are read anew, so that the memory stays small. */
const MAX_LENGTH = 256;

const readings = new Map<string, GuardText>();

export function readingOf(text: string): GuardText {
  const known = readings.get(text);
  if (known !== undefined) return known;
  const reading = analyse(text);
  if (text.length <= MAX_LENGTH) {
    if (readings.size >= MAX_READINGS) readings.clear();
    readings.set(text, reading);
  }
  return reading;
}
