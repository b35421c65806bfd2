/** Requests for files of models: whole or from a byte on, with an end to servers that say nothing any more. */
import { systemClock, type Timer } from '../runtime/clock.ts';
import { ModelFailure, reasonOf } from './failure.ts';

/** Without a byte for so long, a server is given up. */
export const STALL_MS = 30_000;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The bytes as they come; throws when the connection breaks or stalls. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** For a reply whose bytes nobody wants. */
  drop(): Promise<void>;
}

/** Rejects with `ModelFailure` when there is no reply at all. */
export async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
  stallMs: number,
): Promise<Reply> {
  const giveUp = new AbortController();
  const timer = systemClock.setTimer(stallMs, () => {
    giveUp.abort(new Error(`nothing came for ${String(stallMs / 1000)} s`));
  });
  let response: Response;
  try {
    // Compressed on the way, neither lengths nor ranges would be those of the file.
    response = await fetch(url, {
      headers: { 'accept-encoding': 'identity', ...headers },
      signal: giveUp.signal,
    });
  } catch (error) {
    timer.cancel();
    throw new ModelFailure(`${url} cannot be reached: ${reasonOf(error)}`, { cause: error });
  }
  return {
    status: response.status,
    headers: response.headers,
    chunks: watched(response.body, timer),
    async drop(): Promise<void> {
      timer.cancel();
      await response.body?.cancel();
    },
  };
}

async function* watched(
  body: ReadableStream<Uint8Array> | null,
  timer: Timer,
): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      timer.refresh();
      yield chunk;
    }
  } finally {
    timer.cancel();
  }
}

export function refusal(url: string, status: number): ModelFailure {
  if (status === 404) return new ModelFailure(`${url}: 404, there is no such file; check NAME and --from`);
  if (status === 401 || status === 403)
    return new ModelFailure(`${url}: ${String(status)}, the server lets nobody have it without signing in`);
  return new ModelFailure(`${url}: the server answered ${String(status)}`);
}
