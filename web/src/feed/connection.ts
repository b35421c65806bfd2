/**
 * The line to the gateway. It says within five seconds when nothing comes any more, tries again for as long as the
 * page is open, and closes while nobody looks at the tab.
 */
import type { StreamFrame } from '../../../src/live/protocol.ts';
import { authorisation } from '../token.ts';
import { HttpProblem, readEvents } from './event-stream.ts';
import { advance, begin, PROTOCOL, type Snapshot } from './snapshot.ts';

export type Line =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** Broken, and being tried again. `since`: browser time, milliseconds. */
  | { readonly state: 'lost'; readonly since: number; readonly why: string }
  | { readonly state: 'unauthorised' }
  | { readonly state: 'outdated' };

export interface Feed {
  readonly line: Line;
  readonly snapshot: Snapshot | null;
  /** Browser time of the last tick, milliseconds. */
  readonly heardAt: number;
}

const STREAM = './api/stream';
/** The gateway speaks once a second; more silence than this is no pause. */
const SILENCE_MS = 3_500;
const RETRY_MS = [250, 500, 1_000, 2_000, 3_000] as const;

export class Connection {
  #feed: Feed = { line: { state: 'connecting' }, snapshot: null, heardAt: 0 };
  readonly #onChange: (feed: Feed) => void;
  #abort: AbortController | null = null;
  #lastId: string | null = null;
  #failures = 0;
  #bytesAt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(onChange: (feed: Feed) => void) {
    this.#onChange = onChange;
  }

  get feed(): Feed {
    return this.#feed;
  }

  open(): void {
    this.close();
    const abort = new AbortController();
    this.#abort = abort;
    this.#bytesAt = Date.now();
    this.#watch = setInterval(() => {
      if (Date.now() - this.#bytesAt > SILENCE_MS) this.#broken(abort, 'it does not answer');
    }, 500);
    const headers = {
      ...authorisation(),
      ...(this.#lastId === null ? {} : { 'last-event-id': this.#lastId }),
    };
    readEvents(
      STREAM,
      { headers, signal: abort.signal },
      ({ id, event, data }) => {
        if (abort.signal.aborted) return;
        if (id !== null) this.#lastId = id;
        this.#take({ event, data: JSON.parse(data) as unknown } as StreamFrame);
      },
      () => {
        this.#bytesAt = Date.now();
      },
    ).then(
      () => this.#broken(abort, 'it closed the connection'),
      (error: unknown) => this.#failed(abort, error),
    );
  }

  close(): void {
    this.#abort?.abort();
    this.#abort = null;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
  }

  #take(frame: StreamFrame): void {
    const now = Date.now();
    if (frame.event === 'hello' && frame.data.protocol !== PROTOCOL) {
      this.close();
      this.#set({ line: { state: 'outdated' } });
      return;
    }
    const { snapshot } = this.#feed;
    this.#failures = 0;
    if (frame.event === 'hello')
      this.#set({ line: { state: 'live' }, snapshot: begin(frame.data, snapshot, now), heardAt: now });
    else if (snapshot !== null) {
      const heardAt = frame.event === 'tick' ? now : this.#feed.heardAt;
      this.#set({ line: { state: 'live' }, snapshot: advance(snapshot, frame, now), heardAt });
    }
  }

  #failed(abort: AbortController, error: unknown): void {
    if (abort.signal.aborted) return;
    if (error instanceof HttpProblem && error.status === 401) {
      this.close();
      this.#set({ line: { state: 'unauthorised' } });
      return;
    }
    this.#broken(abort, error instanceof HttpProblem ? error.message : 'it cannot be reached');
  }

  #broken(abort: AbortController, why: string): void {
    if (abort.signal.aborted) return;
    this.close();
    const { line } = this.#feed;
    this.#set({ line: { state: 'lost', since: line.state === 'lost' ? line.since : Date.now(), why } });
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 3_000;
    this.#failures += 1;
    this.#retry = setTimeout(() => this.open(), wait);
  }

  #set(change: Partial<Feed>): void {
    this.#feed = { ...this.#feed, ...change };
    this.#onChange(this.#feed);
  }
}
