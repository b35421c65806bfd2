/**
 * Loaded before a gateway to make it slower on purpose (`--import=…/plant.ts?request=20&chunk=10`): so many microseconds of the processor for each
 * request, and for each piece of an answer that is written as it comes. It shows that the guard sees what it is there to see.
 */
import { Server, ServerResponse } from 'node:http';

const { searchParams } = new URL(import.meta.url);
const requestUs = Number(searchParams.get('request') ?? 0);
const chunkUs = Number(searchParams.get('chunk') ?? 0);

function burn(us: number): void {
  const until = performance.now() + us / 1_000;
  while (performance.now() < until);
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
