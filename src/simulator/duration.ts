import type { JsonValue } from '../core/json.ts';
import { SimulatorError } from './error.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Reads `keep_alive` as Ollama does: a number is seconds, a string is a Go duration (`5m`, `1h30m`, `-1s`);
 * negative means for ever. Returns milliseconds, `Infinity` for ever, null when absent.
 */
export function readKeepAlive(value: JsonValue | undefined): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return value < 0 ? Infinity : value * 1_000;
  if (typeof value !== 'string') throw new SimulatorError(400, `Unsupported type: '${typeof value}'`);
  const ms = parseGoDuration(value);
  return ms < 0 ? Infinity : ms;
}

function parseGoDuration(text: string): number {
  const match = /^([+-]?)(0|(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+)$/u.exec(text);
  if (match === null) {
    throw new SimulatorError(
      400,
      /^[+-]?\d+(\.\d*)?$/.test(text)
        ? `time: missing unit in duration ${JSON.stringify(text)}`
        : `time: invalid duration ${JSON.stringify(text)}`,
    );
  }
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/gu)) {
    ms += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return match[1] === '-' ? -ms : ms;
}
