/**
 * What bodies say that come again and again, byte for byte: read once, and not once per request. A body is remembered from its second time
 * on, so that requests that are all different cost no memory.
 */
import { hash } from 'node:crypto';
import type { Dialect } from '../core/dialect.ts';
import type { RequestFacts } from '../core/request.ts';
import type { Route } from '../core/route.ts';
import { BoundedMemo } from '../runtime/bounded-memo.ts';
import { SeenMarks } from '../runtime/seen-marks.ts';

export interface ReadBody {
  readonly facts: RequestFacts;
  /** SHA-256 of the body, base64url. */
  readonly hash: string;
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
    const key = hash('sha256', body, 'base64url');
    if (body.length > LONGEST) return { facts: dialect.readRequest(route, body), hash: key };
    const seen = this.#seen.has(key);
    const known = seen ? this.#known.get(key) : undefined;
    if (known !== undefined && known.route === route) return { facts: known.facts, hash: key };
    const facts = dialect.readRequest(route, body);
    if (seen) this.#known.set(key, { route, facts });
    else this.#seen.add(key);
    return { facts, hash: key };
  }
}
