/**
 * Numbers as a person reads them: three figures that matter, a thin space before the unit, and a dash where there is no
 * number. No figure is ever padded to look more exact than it is.
 */
/** What a value is: the units of the panels, and tokens as a plain amount. */
export type Unit =
  'seconds' | 'bytes' | 'ratio' | 'count' | 'per_second' | 'tokens_per_second' | 'cores' | 'state' | 'flag';

/** Between a number and its unit: they never part at the end of a line. */
const GAP = '\u202f';
export const NONE = '–';

/** Three significant figures, grouped by thousands; whole numbers stay whole. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 999.5) return Math.round(value).toLocaleString('en-GB').replaceAll(',', GAP);
  const decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 ? 2 : 3;
  return trim(value.toFixed(decimals));
}

const trim = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

export function seconds(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return `0${GAP}s`;
  if (size < 0.000_999_5) return `${figure(value * 1_000_000)}${GAP}µs`;
  if (size < 0.999_5) return `${figure(value * 1_000)}${GAP}ms`;
  if (size < 119.5) return `${figure(value)}${GAP}s`;
  return duration(value);
}

/** The two largest parts: `3 d 4 h`, `12 min 5 s`. For ages and waits, where a decimal would mean nothing. */
export function duration(value: number): string {
  const whole = Math.max(0, Math.round(value));
  const parts: readonly [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return `0${GAP}s`;
  return parts
    .slice(first, first + 2)
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, name]) => `${count}${GAP}${name}`)
    .join(' ');
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function bytes(value: number): string {
  const step = value < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(value) / 10));
  return `${figure(value / 1_024 ** step)}${GAP}${BYTE_UNITS[step] ?? 'B'}`;
}

/** A share of one as per cent. What is nearly all is not all: 99.96 % stays below 100 %. */
export function percent(value: number): string {
  const shown = value * 100;
  if (shown > 99 && shown < 100)
    return `${trim((Math.floor(shown * 100) / 100).toFixed(shown >= 99.9 ? 2 : 1))}${GAP}%`;
  return `${trim(shown.toFixed(shown !== 0 && Math.abs(shown) < 10 ? 1 : 0))}${GAP}%`;
}

export function large(value: number): string {
  const size = Math.abs(value);
  if (size >= 999_500_000) return `${figure(value / 1e9)}${GAP}G`;
  if (size >= 999_500) return `${figure(value / 1e6)}${GAP}M`;
  if (size >= 9_999.5) return `${figure(value / 1e3)}${GAP}k`;
  return figure(value);
}

export function format(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  switch (unit) {
    case 'count':
      return large(value);
    case 'per_second':
      return `${large(value)}${GAP}/s`;
    case 'tokens_per_second':
      return `${large(value)}${GAP}tok/s`;
    case 'seconds':
      return seconds(value);
    case 'ratio':
      return percent(value);
    case 'bytes':
      return bytes(value);
    case 'cores':
      return `${figure(value)}${GAP}${value === 1 ? 'core' : 'cores'}`;
    case 'state':
      return ['closed', 'open', 'half open'][value] ?? figure(value);
    case 'flag':
      return value === 1 ? 'yes' : value === 0 ? 'no' : percent(value);
  }
}

/** Of the reader's own day: seconds only where they can be told apart. */
export function clockTime(unixSeconds: number, withSeconds = true): string {
  const at = new Date(unixSeconds * 1_000);
  const two = (part: number): string => String(part).padStart(2, '0');
  const short = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return withSeconds ? `${short}:${two(at.getSeconds())}` : short;
}

/** Beyond this the time of day alone could be taken for today's. */
const SAME_DAY_S = 12 * 3_600;

/** With the day when it is long ago. */
export function dayTime(unixSeconds: number, nowSeconds: number): string {
  const time = clockTime(unixSeconds);
  if (nowSeconds - unixSeconds < SAME_DAY_S) return time;
  const at = new Date(unixSeconds * 1_000);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')} ${time}`;
}
