/**
 * Between the cache and its embedder: no call throws, none is waited for longer than its deadline, and
 * an embedder that failed three times in a row is left alone for ten seconds, so that a dead one does
 * not add its deadline to every request.
 */
import type { CancelToken } from '../../core/cancel.ts';
import type { TextEmbedder } from '../../core/embedder.ts';
import type { Emit } from '../../core/events.ts';
import type { Clock } from '../../runtime/clock.ts';

export interface EmbeddedTexts {
  readonly identity: string;
  /** One unit vector per text; null where the embedder knows none of its words. */
  readonly vectors: readonly (Float32Array | null)[];
}

/** Neither promise rejects; null stands for failed, too late, or given up. */
export interface EmbedCall {
  /** Settles by the deadline or the cancellation, whichever comes first. */
  readonly prompt: Promise<EmbeddedTexts | null>;
  /** Settles when the embedder does, or at last after `GIVE_UP_MS` more. */
  readonly eventual: Promise<EmbeddedTexts | null>;
}

const FAILURES_BEFORE_PAUSE = 3;
const PAUSE_MS = 10_000;
const GIVE_UP_MS = 30_000;
/** Of the squared length; a longer vector would inflate every cosine, and with it the hits. */
const UNIT_TOLERANCE = 0.02;

export class EmbedderGate {
  readonly #clock: Clock;
  readonly #emit: Emit;
  #embedder: TextEmbedder | null = null;
  #failures = 0;
  #pausedUntil = -Infinity;

  constructor(clock: Clock, emit: Emit) {
    this.#clock = clock;
    this.#emit = emit;
  }

  get embedder(): TextEmbedder | null {
    return this.#embedder;
  }

  use(embedder: TextEmbedder | null): void {
    this.#embedder = embedder;
    this.#failures = 0;
    this.#pausedUntil = -Infinity;
  }

  get usable(): boolean {
    return this.#embedder !== null && this.pausedForMs === 0;
  }

  get pausedForMs(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.now());
  }

  /** Reports one `cache.embedded`. To be called only while there is an embedder. */
  embed(texts: readonly string[], deadlineMs: number, cancel?: CancelToken): EmbedCall {
    const embedder = this.#embedder as TextEmbedder;
    const startedAt = this.#clock.now();
    let counted = false;
    const count = (failed: boolean): void => {
      if (counted) return;
      counted = true;
      if (embedder === this.#embedder) this.#judge(failed);
      this.#emit({ type: 'cache.embedded', durationMs: this.#clock.now() - startedAt, failed });
    };

    const prompt = Promise.withResolvers<EmbeddedTexts | null>();
    const eventual = Promise.withResolvers<EmbeddedTexts | null>();
    let timer = this.#clock.setTimer(deadlineMs, () => {
      count(true);
      prompt.resolve(null);
      timer = this.#clock.setTimer(GIVE_UP_MS, () => {
        eventual.resolve(null);
      });
    });
    const forget = cancel?.onCancel(() => {
      prompt.resolve(null);
    });
    const settle = (result: EmbeddedTexts | null): void => {
      timer.cancel();
      forget?.();
      count(result === null);
      prompt.resolve(result);
      eventual.resolve(result);
    };
    call(embedder, texts).then(settle, () => {
      settle(null);
    });
    return { prompt: prompt.promise, eventual: eventual.promise };
  }

  #judge(failed: boolean): void {
    this.#failures = failed ? this.#failures + 1 : 0;
    if (this.#failures >= FAILURES_BEFORE_PAUSE) this.#pausedUntil = this.#clock.now() + PAUSE_MS;
  }
}

/** Asks the embedder and holds it to its contract. */
async function call(embedder: TextEmbedder, texts: readonly string[]): Promise<EmbeddedTexts> {
  const { identity, dimensions } = embedder;
  const vectors = await embedder.embed(texts);
  if (vectors.length !== texts.length)
    throw new Error(`embedder ${identity}: ${vectors.length} vectors for ${texts.length} texts`);
  return { identity, vectors: vectors.map((vector) => checked(vector, identity, dimensions)) };
}

function checked(vector: Float32Array, identity: string, dimensions: number): Float32Array | null {
  let squared = 0;
  for (const value of vector) squared += value * value;
  if (squared === 0) return null;
  // Written so that a NaN fails it.
  if (vector.length === dimensions && Math.abs(squared - 1) <= UNIT_TOLERANCE) return vector;
  throw new Error(
    `embedder ${identity}: a vector of ${vector.length} values and squared length ${squared}, expected ${dimensions} and 1`,
  );
}
