/**
 * What bodies say that come again and again, byte for byte: read once, and not once per request. A body is remembered from its second time
 * on, so that requests that are all different cost no memory.
 */
import { hash } from 'node:crypto';
import type { Dialect } from '../core/dialect.ts';
import type { RequestFacts } from '../core/request.ts';
import type { Route } from '../core/route.ts';
import { BoundedMemo } from '../runtime/bounded-memo.ts';

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
/** Places in which the last body that fell there is marked. A power of two. */
const MARKS = 4_096;

export class KnownBodies {
  readonly #known = new BoundedMemo<Known>(REMEMBERED);
  readonly #marks = new Int32Array(MARKS);

  /** Throws what the dialect throws. The facts are shared between requests: nobody may change them. */
  read(dialect: Dialect, route: Route, body: Buffer): ReadBody {
    const key = hash('sha256', body, 'base64url');
    if (body.length > LONGEST) return { facts: dialect.readRequest(route, body), hash: key };
    const known = this.#known.get(key);
    if (known !== undefined && known.route === route) return { facts: known.facts, hash: key };
    const facts = dialect.readRequest(route, body);
    if (this.#seenBefore(key)) this.#known.set(key, { route, facts });
    return { facts, hash: key };
  }

  #seenBefore(key: string): boolean {
    let mark = 0;
    for (let at = 0; at < 5; at += 1) mark = (mark << 6) ^ key.charCodeAt(at);
    const place = mark & (MARKS - 1);
    const seen = this.#marks[place] === mark;
    this.#marks[place] = mark;
    return seen;
  }
}
