/**
 * Loaded before a gateway to make it slower on purpose (`--import=…/plant.ts?request=20&chunk=10`): so many microseconds of the processor for each
 * request, and for each piece of an answer that is written as it comes. It shows that the guard sees what it is there to see.
 */
import { Server, ServerResponse } from 'node:http';

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

const emit = Server.prototype.emit as (this: Server, name: string, ...args: unknown[]) => boolean;
Server.prototype.emit = function slower(this: Server, name: string, ...args: unknown[]): boolean {
  if (name === 'request') burn(requestUs);
  return emit.call(this, name, ...args);
} as typeof Server.prototype.emit;

const write = ServerResponse.prototype.write as (this: ServerResponse, ...args: unknown[]) => boolean;
ServerResponse.prototype.write = function slower(this: ServerResponse, ...args: unknown[]): boolean {
  burn(chunkUs);
  return write.apply(this, args);
} as typeof ServerResponse.prototype.write;
