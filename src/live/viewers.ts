/**
 * Those who read the stream. A frame is made once and its bytes are shared by all; when nobody reads, none is made.
 *
 * Refuses the 51st reader with a sentence. Drops a reader that does not take what it is sent, so that one stuck
 * browser cannot hold frames in memory. What a reader missed follows when it comes back with `Last-Event-ID`, if
 * it is still there.
 */
import { GatewayError } from '../core/errors.ts';
import type { OperationStream } from '../http/operation-route.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { StreamFrame } from './protocol.ts';

export const MAX_VIEWERS = 50;
/** Half a minute of frames, and some: a reader that far behind sees nothing that is still true. */
const MAX_PENDING_BYTES = 1_048_576;
const REPLAY_FRAMES = 60;
const HEARTBEAT_MS = 15_000;

export interface ViewerCounts {
  refused(): void;
  dropped(): void;
  sent(bytes: number): void;
}

export class Viewers {
  readonly #session: string;
  readonly #clock: Clock;
  readonly #counts: ViewerCounts;
  readonly #readers = new Set<OperationStream>();
  #recent: { readonly seq: number; readonly bytes: Buffer }[] = [];
  #seq = 0;
  #heartbeat: Timer | null = null;

  constructor(session: string, clock: Clock, counts: ViewerCounts) {
    this.#session = session;
    this.#clock = clock;
    this.#counts = counts;
  }

  get count(): number {
    return this.#readers.size;
  }

  /** Throws when there are too many already. */
  admit(): void {
    if (this.#readers.size < MAX_VIEWERS) return;
    this.#counts.refused();
    throw new GatewayError(
      'too_many_viewers',
      `${MAX_VIEWERS} pages are reading the live stream already; close one, or look at /metrics`,
    );
  }

  /** `hello` is told whether what follows is all that was missed. */
  join(stream: OperationStream, lastEventId: string | null, hello: (resumed: boolean) => StreamFrame): void {
    const missed = this.#missedSince(lastEventId);
    stream.write(this.#encode(hello(missed !== null), this.#seq));
    for (const { bytes } of missed ?? []) stream.write(bytes);
    this.#readers.add(stream);
    this.#heartbeat ??= this.#beat();
    stream.onClose(() => {
      this.#leave(stream);
    });
  }

  /** To everybody. The bytes are made here, and only if there is somebody. */
  send(frame: StreamFrame): void {
    if (this.#readers.size === 0) return;
    this.#seq += 1;
    const bytes = this.#encode(frame, this.#seq);
    this.#recent.push({ seq: this.#seq, bytes });
    if (this.#recent.length > REPLAY_FRAMES) this.#recent.shift();
    for (const reader of this.#readers) this.#write(reader, bytes);
  }

  #write(reader: OperationStream, bytes: Buffer): void {
    if (reader.pendingBytes > MAX_PENDING_BYTES) {
      this.#counts.dropped();
      reader.destroy();
      this.#leave(reader);
      return;
    }
    reader.write(bytes);
    this.#counts.sent(bytes.length);
  }

  #encode({ event, data }: StreamFrame, seq: number): Buffer {
    return Buffer.from(`id: ${this.#session}:${seq}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Null when it cannot be said what was missed. */
  #missedSince(lastEventId: string | null): readonly { readonly bytes: Buffer }[] | null {
    const [session, text] = (lastEventId ?? '').split(':');
    const seq = Number(text);
    if (session !== this.#session || !Number.isInteger(seq) || this.#readers.size === 0) return null;
    const oldest = this.#recent[0]?.seq ?? this.#seq + 1;
    if (seq > this.#seq || seq < oldest - 1) return null;
    return this.#recent.filter((frame) => frame.seq > seq);
  }

  #leave(stream: OperationStream): void {
    if (!this.#readers.delete(stream) || this.#readers.size > 0) return;
    // Nothing is recorded from here on, so nothing can be resumed.
    this.#recent = [];
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
  }

  #beat(): Timer {
    const comment = Buffer.from(': alive\n\n');
    const timer = this.#clock.setTimer(HEARTBEAT_MS, () => {
      for (const reader of this.#readers) this.#write(reader, comment);
      timer.refresh();
    });
    return timer;
  }

  /** Says why, and ends. */
  close(): void {
    this.send({ event: 'bye', data: { reason: 'draining' } });
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
  }
}
