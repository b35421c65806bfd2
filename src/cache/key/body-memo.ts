import { BoundedMemo } from '../../runtime/bounded-memo.ts';
import { SeenMarks } from '../../runtime/seen-marks.ts';
import type { RequestSetting } from './request-key.ts';

/** Where and for whom a body was read: what the same bytes mean elsewhere is something else. */
export interface BodySetting extends RequestSetting {
  readonly template: string;
}

interface Known<V> {
  readonly setting: BodySetting;
  readonly value: V;
  readonly others: Known<V> | null;
}

/** Bodies remembered per generation of the memo; about 300 bytes each. */
const REMEMBERED = 8_192;
/** Settings remembered for the same bytes; the ones beyond are read anew each time. */
const SETTINGS = 8;

/** The next power of two above the bodies that are remembered. */
const MARKS = 32_768;

/**
 * What is known of bodies seen before, by the hash of their bytes and the setting they came in. One that comes for the first
 * time is only marked: most never come again.
 */
export class BodyMemo<V> {
  readonly #seen = new SeenMarks(MARKS);
  readonly #memo = new BoundedMemo<Known<V>>(REMEMBERED);

  /** Whether bytes of this mark were here before. Those that were not need no hash. */
  wasSeen(mark: number): boolean {
    return this.#seen.has(mark);
  }

  see(mark: number): void {
    this.#seen.add(mark);
  }

  get(hash: string, setting: BodySetting): V | undefined {
    for (let known = this.#memo.get(hash) ?? null; known !== null; known = known.others)
      if (isSame(known.setting, setting)) return known.value;
    return undefined;
  }

  set(hash: string, setting: BodySetting, value: V): void {
    const others = this.#memo.get(hash) ?? null;
    this.#memo.set(hash, { setting, value, others: without(others, setting, SETTINGS - 1) });
  }
}

function isSame(a: BodySetting, b: BodySetting): boolean {
  return (
    a.template === b.template &&
    a.tenant === b.tenant &&
    a.model === b.model &&
    a.modelDigest === b.modelDigest &&
    a.query === b.query
  );
}

/** The first so many of the list, without the one that is replaced. */
function without<V>(list: Known<V> | null, setting: BodySetting, most: number): Known<V> | null {
  if (list === null || most === 0) return null;
  if (isSame(list.setting, setting)) return without(list.others, setting, most);
  const others = without(list.others, setting, most - 1);
  return others === list.others ? list : { ...list, others };
}
