/**
 * Finds out how many streams of one model an Ollama server writes at once, where `parallel` lets more through: the
 * rest then wait inside the server, unseen, where they can neither be ordered fairly nor refused in time.
 *
 * The evidence is a stream that ran from its first content to its end while another one of the same model and load,
 * sent before, stayed silent, though no more spoke than ever did. One occasion may be chance, six since more were last
 * seen are a pattern. More streams at once withdraw it.
 */
import type { ModelId } from '../core/ids.ts';
import { withTag } from '../routing/model-pattern.ts';
import { SlotSet, type Slotted } from '../runtime/slot-set.ts';

const OCCASIONS = 6;
/** A shorter answer says nothing: it may be over before the next prompt has been read. */
const A_WHILE_MS = 50;

export interface SerialFinding {
  readonly model: ModelId;
  /** Streams that were written at once, at most. */
  readonly atOnce: number;
}

interface ModelRuns {
  readonly model: ModelId;
  readonly running: SlotSet<StreamRun>;
  /** The most that were ever seen to speak at once. */
  most: number;
  occasions: number;
}

/** One stream that was sent there. */
export class StreamRun implements Slotted {
  /** Its place among those that run. */
  slot = -1;
  readonly #runs: ModelRuns;
  readonly #sentAt: number;
  readonly #load: string;
  readonly #found: (finding: SerialFinding) => void;
  #spokeAt: number | null = null;

  constructor(runs: ModelRuns, load: string, now: number, found: (finding: SerialFinding) => void) {
    this.#runs = runs;
    this.#load = load;
    this.#sentAt = now;
    this.#found = found;
    runs.running.add(this);
  }

  /** Its first content came. */
  spoke(now: number): void {
    this.#spokeAt = now;
  }

  /** It is over; `whole`: with everything it had to say. */
  ended(now: number, whole: boolean): void {
    const runs = this.#runs;
    const spokeAt = this.#spokeAt;
    const together = spokeAt === null ? 0 : this.#together(now);
    const keptOneWaiting = spokeAt !== null && this.#keptOneWaiting(spokeAt);
    runs.running.delete(this);
    if (together > runs.most) {
      runs.most = together;
      runs.occasions = 0;
    }
    if (!whole || together === 0 || together < runs.most || !keptOneWaiting) return;
    runs.occasions += 1;
    if (runs.occasions === OCCASIONS) this.#found({ model: runs.model, atOnce: runs.most });
  }

  /** Those who speak and have for a while: the end of one and the beginning of the next arrive in any order. */
  #together(now: number): number {
    if (this.#spokeAt === null || now - this.#spokeAt < A_WHILE_MS) return 0;
    let together = 0;
    for (const run of this.#runs.running)
      if (run.#spokeAt !== null && now - run.#spokeAt >= A_WHILE_MS) together += 1;
    return together;
  }

  #keptOneWaiting(spokeAt: number): boolean {
    for (const other of this.#runs.running)
      if (other.#spokeAt === null && other.#load === this.#load && other.#sentAt < spokeAt) return true;
    return false;
  }
}

export class ParallelWatch {
  readonly #models = new Map<string, ModelRuns>();
  readonly #found: (finding: SerialFinding) => void;

  /** `found` is called once for each model and number at once. */
  constructor(found: (finding: SerialFinding) => void) {
    this.#found = found;
  }

  /** A stream was sent. `load`: what tells loads of the model apart; one that needs another load waits for that. */
  sent(model: ModelId, load: string, now: number): StreamRun {
    const name = withTag(model);
    let runs = this.#models.get(name);
    if (runs === undefined) {
      this.#forgetSilent();
      runs = { model, running: new SlotSet(), most: 0, occasions: 0 };
      this.#models.set(name, runs);
    }
    return new StreamRun(runs, load, now, this.#found);
  }

  /** The model that fills the fewest slots, if one was found to fill fewer than `parallel`. */
  finding(parallel: number): SerialFinding | null {
    let least: SerialFinding | null = null;
    for (const { model, most, occasions } of this.#models.values()) {
      if (occasions < OCCASIONS || most >= parallel) continue;
      if (least === null || most < least.atOnce) least = { model, atOnce: most };
    }
    return least;
  }

  /** Clients write names: those of no model never speak, and are not kept. */
  #forgetSilent(): void {
    for (const [name, { running, most }] of this.#models)
      if (running.size === 0 && most === 0) this.#models.delete(name);
  }
}

export function serialHint(model: string, atOnce: number, parallel: number): string {
  const streams = atOnce === 1 ? 'one stream' : `${String(atOnce)} streams`;
  return `seems to write ${streams} of ${model} at once although parallel is ${String(parallel)}: raise OLLAMA_NUM_PARALLEL there, or lower parallel to ${String(atOnce)} so that requests wait here, in a fair line`;
}
