/**
 * What bodies say that come again and again, byte for byte: read once, and not once per request. A body is remembered from its second time
 * on, so that requests that are all different cost no memory.
 */
import { hash } from 'node:crypto';
import type { Dialect } from '../core/dialect.ts';
import type { RequestFacts } from '../core/request.ts';
import type { Route } from '../core/route.ts';
import { BoundedMemo } from '../runtime/bounded-memo.ts';
import { markOf, SeenMarks } from '../runtime/seen-marks.ts';

export interface ReadBody {
  readonly facts: RequestFacts;
  /** As `markOf` makes it. */
  readonly mark: number;
  /** SHA-256 of the body, base64url; null for one that was not here lately, which nobody has to know again. */
  readonly hash: string | null;
}

interface Known {
  readonly route: Route;
  readonly facts: RequestFacts;
}

/** Remembered per generation; at most twice as many, some 6 kB each. */
const REMEMBERED = 512;
/** Bytes. Reading a longer one costs more, but it comes again more rarely and would be kept with all of its history. */
const LONGEST = 2_048;
const MARKS = 4_096;

export class KnownBodies {
  readonly #known = new BoundedMemo<Known>(REMEMBERED);
  readonly #seen = new SeenMarks(MARKS);

  /** Throws what the dialect throws. The facts are shared between requests: nobody may change them. */
  read(dialect: Dialect, route: Route, body: Buffer): ReadBody {
    const mark = markOf(body);
    if (body.length > LONGEST || !this.#seen.has(mark)) {
      const facts = dialect.readRequest(route, body);
      if (body.length <= LONGEST) this.#seen.add(mark);
      return { facts, mark, hash: null };
    }
    const key = hash('sha256', body, 'base64url');
    const known = this.#known.get(key);
    if (known !== undefined && known.route === route) return { facts: known.facts, mark, hash: key };
    const facts = dialect.readRequest(route, body);
    this.#known.set(key, { route, facts });
    return { facts, mark, hash: key };
  }
}
