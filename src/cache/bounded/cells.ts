/**
 * Labels by evidence, as counts in the store: what was seen, and what of it turned out right and wrong. Each count
 * is only ever added to, so replicas and restarts merge by adding. One set per scorer: scores of two are not comparable.
 */
import type { Counters, Counts } from '../store/port.ts';
import type { Observations } from './logistic.ts';
import { valuesOf } from './evidence.ts';

export interface Cell extends Observations {
  readonly name: string;
  /** Lookups with this evidence, labelled or not. */
  seen: number;
  right: number;
  wrong: number;
}

const PREFIX = 'bounded:';

export class Cells {
  readonly #counters: Counters;
  readonly #prefix: string;
  readonly #cells = new Map<string, Cell>();
  /** Lookups that the store has not been told of: a count per lookup would cost more than the lookup. */
  readonly #unsaid = new Map<string, number>();

  constructor(counters: Counters, identity: string) {
    this.#counters = counters;
    this.#prefix = `${PREFIX}${identity}:`;
    for (const key of counters.keys()) {
      const counts = key.startsWith(this.#prefix) ? counters.get(key) : null;
      if (counts !== null) this.take(key, counts);
    }
  }

  all(): readonly Cell[] {
    return [...this.#cells.values()];
  }

  see(name: string): void {
    const cell = this.#cell(name);
    if (cell === null) return;
    cell.seen += 1;
    this.#unsaid.set(name, (this.#unsaid.get(name) ?? 0) + 1);
  }

  label(name: string, right: boolean): void {
    const cell = this.#cell(name);
    if (cell === null) return;
    if (right) cell.right += 1;
    else cell.wrong += 1;
    this.#counters.add(this.#prefix + name, right ? { right: 1 } : { wrong: 1 });
  }

  /** Tells the store what was seen since the last time. */
  flush(): void {
    for (const [name, seen] of this.#unsaid) this.#counters.add(this.#prefix + name, { seen });
    this.#unsaid.clear();
  }

  /** Counts from an earlier run or another replica. True when they are of this scorer. */
  take(key: string, counts: Counts): boolean {
    if (!key.startsWith(this.#prefix)) return false;
    const name = key.slice(this.#prefix.length);
    const cell = this.#cell(name);
    if (cell === null) return false;
    cell.seen = (counts['seen'] ?? 0) + (this.#unsaid.get(name) ?? 0);
    cell.right = counts['right'] ?? 0;
    cell.wrong = counts['wrong'] ?? 0;
    return true;
  }

  #cell(name: string): Cell | null {
    const known = this.#cells.get(name);
    if (known !== undefined) return known;
    const values = valuesOf(name);
    if (values === null) return null;
    const cell: Cell = { name, values, seen: 0, right: 0, wrong: 0 };
    this.#cells.set(name, cell);
    return cell;
  }
}
