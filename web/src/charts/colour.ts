import type { Tone } from './model.ts';

/** A colour of the style sheet as it is now, for what is drawn on a canvas. */
export function colour(name: Tone | 'ink' | 'ink-3' | 'grid' | 'line-2' | 'bad-wash' | 'warn-wash'): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
