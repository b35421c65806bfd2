/** Which exposition format a scraper gets, by its `accept` header (RFC 9110, section 12.5.1). */
export type ExpositionFormat = 'text' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** A longer header is cut: it comes from anybody who reaches the port. */
const MAX_ACCEPT_LENGTH = 2_000;

interface MediaRange {
  readonly type: string;
  readonly version: string | null;
  /** 0 to 1; 0 means never. */
  readonly quality: number;
}

/**
 * The offered format with the higher q-value; at equal ones the more specific media range wins, then plain text,
 * which everything reads. An absent header, or one that accepts neither, gets plain text too: a scraper that
 * asks for something else is better served by what it can probably read than by a 406.
 */
export function negotiate(accept: string | undefined): ExpositionFormat {
  if (accept === undefined) return 'text';
  const ranges = accept.slice(0, MAX_ACCEPT_LENGTH).split(',').map(readRange);
  const openMetrics = bestMatch(ranges, 'application/openmetrics-text', '1.0.0');
  const text = bestMatch(ranges, 'text/plain', '0.0.4');
  if (openMetrics.quality !== text.quality)
    return openMetrics.quality > text.quality ? 'openmetrics' : 'text';
  return openMetrics.specificity > text.specificity ? 'openmetrics' : 'text';
}

function readRange(part: string): MediaRange {
  const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
  let version: string | null = null;
  let quality = 1;
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=').map((piece) => piece.trim());
    if (name === 'version') version = value.replaceAll('"', '');
    if (name === 'q') quality = readQuality(value);
  }
  return { type, version, quality };
}

/** A q-value that is no number counts as 1, as if it were absent. */
function readQuality(value: string): number {
  const quality = value === '' ? NaN : Number(value);
  return Number.isNaN(quality) ? 1 : Math.min(1, Math.max(0, quality));
}

/** The most specific range that covers the type decides its quality, as the RFC has it. */
function bestMatch(
  ranges: readonly MediaRange[],
  type: string,
  version: string,
): { quality: number; specificity: number } {
  let best = { quality: 0, specificity: 0 };
  for (const range of ranges) {
    const specificity = matchSpecificity(range, type, version);
    if (specificity === 0 || specificity < best.specificity) continue;
    if (specificity > best.specificity || range.quality > best.quality) {
      best = { quality: range.quality, specificity };
    }
  }
  return best.quality === 0 ? { quality: 0, specificity: 0 } : best;
}

/** 0: does not cover it. */
function matchSpecificity(range: MediaRange, type: string, version: string): number {
  if (range.type === type) {
    if (range.version === null) return 3;
    return range.version === version ? 4 : 0;
  }
  if (range.type === `${type.slice(0, type.indexOf('/'))}/*`) return 2;
  return range.type === '*/*' ? 1 : 0;
}
