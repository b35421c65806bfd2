/**
 * Loaded before a gateway to make it slower on purpose (`--import=…/plant.ts?request=20&chunk=10`): so many microseconds of the processor for each
 * request, and for each piece of an answer that is written as it comes. It shows that the guard sees what it is there to see.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as response from '../../src/http/fast-path/response.ts';

const { searchParams } = new URL(import.meta.url);
const requestUs = Number(searchParams.get('request') ?? 0);
const chunkUs = Number(searchParams.get('chunk') ?? 0);

let sink = 1;
function spin(turns: number): void {
  let value = sink;
  for (let turn = 0; turn < turns; turn += 1) value = Math.imul(value ^ turn, 0x9e3779b1);
  sink = value;
}

/** Measured once: turns and not a look at the clock, which makes garbage, and so that a slow second of the machine slows the plant as it does the rest. */
const turnsPerUs = ((): number => {
  const rates = Array.from({ length: 25 }, () => {
    const from = performance.now();
    spin(200_000);
    return 200 / (performance.now() - from);
  });
  return rates.sort((a, b) => a - b)[12] ?? NaN;
})();

function burn(us: number): void {
  if (us > 0) spin(Math.round(us * turnsPerUs));
}

// Of the checkout that is started: its launcher lies in `scripts`.
const root = path.join(path.dirname(process.argv[1] ?? ''), '..');
const { PlainResponse } = (await import(
  pathToFileURL(path.join(root, 'src/http/fast-path/response.ts')).href
)) as typeof response;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Every plain request has one head and as many writes as its answer has pieces. */
function slow(name: 'writeHead' | 'write', us: number): void {
  const prototype = PlainResponse.prototype as unknown as Record<string, Method>;
  const original = prototype[name] as Method;
  prototype[name] = function slower(this: unknown, ...args: unknown[]): unknown {
    burn(us);
    return original.apply(this, args);
  };
}
slow('writeHead', requestUs);
slow('write', chunkUs);
