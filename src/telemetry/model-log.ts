import type { Logger } from 'pino';
import type { ModelEvent } from '../core/model-event.ts';

type Reloaded = ModelEvent & { readonly type: 'model.reloaded' };

/** Two clients that disagree load a model with every request. */
const AT_MOST_EVERY_MS = 60_000;

type Serialised = ModelEvent & { readonly type: 'model.serialised' };

/** What an operator can set right. Loads with other options: at most one line a minute for each model, which says how many it stands for. */
export class ModelLog {
  readonly #told = new Map<string, { at: number; untold: number }>();

  write(logger: Logger, event: Reloaded | Serialised): void {
    if (event.type === 'model.reloaded') this.#reloaded(logger, event);
    else {
      const { upstream, model, atOnce, parallel } = event;
      logger.warn(
        { upstream, model, atOnce, parallel },
        'an upstream seems to write fewer streams at once than it is sent: raise its OLLAMA_NUM_PARALLEL, or lower parallel',
      );
    }
  }

  #reloaded(logger: Logger, event: Reloaded): void {
    const { upstream, model, at, numCtx, formerNumCtx, loadMs } = event;
    const key = `${upstream}/${model}`;
    const told = this.#told.get(key);
    if (told !== undefined && at - told.at < AT_MOST_EVERY_MS) {
      told.untold += 1;
      return;
    }
    const reloads = 1 + (told?.untold ?? 0);
    this.#told.set(key, { at, untold: 0 });
    logger.warn(
      { upstream, model, numCtx, formerNumCtx, loadMs: Math.round(loadMs), reloads },
      `${model} was in memory of ${upstream} and had to be loaded again: ${what(event)}`,
    );
  }
}

function what({ model, numCtx, formerNumCtx }: Reloaded): string {
  if (numCtx === formerNumCtx)
    return 'requests ask for different load options (num_gpu, num_batch …); let them agree';
  return `num_ctx ${said(numCtx)} was asked for, ${said(formerNumCtx)} before; models.${JSON.stringify(model)}.numCtx or ollama.numCtx of the upstream pins one`;
}

function said(numCtx: number | null): string {
  return numCtx === null ? "the server's own" : String(numCtx);
}
