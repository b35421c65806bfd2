/**
 * Finds models that an Ollama server loads again although it has them in memory, because the next request wants other
 * options (most often another `num_ctx`). Two clients that take turns so can cost a load per request.
 *
 * What counts: an answer that reports a real load of a model that was in memory, asked with other options than its
 * last answer through this gateway. A load after the model had left, or the first one that is seen, does not count.
 */
import type { ModelId } from '../core/ids.ts';
import { withTag } from '../routing/model-pattern.ts';
import type { LoadOptions } from './load-options.ts';

/** A model in memory reports a few milliseconds, tens on a busy machine. */
const REAL_LOAD_MS = 100;

export interface Answered {
  readonly model: ModelId;
  readonly load: LoadOptions;
  /** The load that the answer reports; null where it reports none. */
  readonly loadMs: number | null;
  /** Whether the model was known to be in memory when the request went out, and when that was. */
  readonly wasResident: boolean;
  readonly sentAt: number;
  readonly now: number;
}

export interface Reload {
  readonly loadMs: number;
  readonly numCtx: number | null;
  readonly formerNumCtx: number | null;
}

export class LoadWatch {
  readonly #last = new Map<string, { readonly load: LoadOptions; readonly at: number }>();

  /** Told of each answer that the model gave there. Says whether the model had to be loaded again for it. */
  answered({ model, load, loadMs, wasResident, sentAt, now }: Answered): Reload | null {
    const name = withTag(model);
    const last = this.#last.get(name);
    if (load.unloads) this.#last.delete(name);
    else this.#last.set(name, { load, at: now });
    if (last === undefined || last.load.key === load.key) return null;
    if (loadMs === null || loadMs < REAL_LOAD_MS) return null;
    // Who waited behind another one's load did not see the model in memory before, but it was there in between.
    if (!wasResident && last.at < sentAt) return null;
    return { loadMs, numCtx: load.numCtx, formerNumCtx: last.load.numCtx };
  }
}
