import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import type { FaultName } from './faults/plan.ts';

/** What became of one request. Times are the simulator's monotonic clock, in real milliseconds (`state().clock`). */
export interface RequestRecord {
  readonly id: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly model: string | null;
  /** Whether a streamed answer was asked for; null where that has no meaning. */
  readonly stream: boolean | null;
  readonly connection: number;
  readonly receivedAt: number;
  readonly bodyBytes: number;
  /** SHA-256 of the body in hex, or null while it was not read. */
  readonly bodyHash: string | null;
  readonly status: number | null;
  readonly fault: FaultName | null;
  readonly firstByteAt: number | null;
  /** When the client went away before the end. */
  readonly abortedAt: number | null;
  readonly endedAt: number | null;
  readonly responseBytes: number;
  readonly responseHash: string | null;
  /** `cut`: the simulator itself broke it off. */
  readonly outcome: 'pending' | 'complete' | 'aborted' | 'cut';
}

export interface Counts {
  readonly byPath: Readonly<Record<string, number>>;
  readonly byModel: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byFault: Readonly<Record<string, number>>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Distinct names counted each; further ones go to `other`, so that a client cannot grow the state. */
const MAX_NAMES = 256;

/** The writing end of one record. */
export class RequestTrace {
  readonly record: Mutable<RequestRecord>;
  readonly #recorder: Recorder;
  #response: Hash | null = createHash('sha256');

  constructor(recorder: Recorder, record: Mutable<RequestRecord>) {
    this.#recorder = recorder;
    this.record = record;
  }

  body(bytes: Buffer): void {
    this.record.bodyBytes = bytes.length;
    this.record.bodyHash = createHash('sha256').update(bytes).digest('hex');
  }

  asked(model: string | null, stream: boolean | null): void {
    this.record.model = model;
    this.record.stream = stream;
    if (model !== null) this.#recorder.count('byModel', model);
  }

  fault(fault: FaultName): void {
    this.record.fault = fault;
    this.#recorder.count('byFault', fault);
  }

  status(status: number): void {
    this.record.status = status;
    this.#recorder.count('byStatus', String(status));
  }

  sent(bytes: Buffer | string): void {
    this.record.firstByteAt ??= this.#recorder.now();
    this.record.responseBytes += Buffer.byteLength(bytes);
    this.#response?.update(bytes);
  }

  /** The simulator breaks the answer off; call before the connection closes. */
  cut(): void {
    if (this.record.outcome === 'pending') this.record.outcome = 'cut';
  }

  /** The response is over; `finished` says whether all of it was handed to the connection. */
  close(finished: boolean): void {
    const { record } = this;
    if (record.endedAt !== null) return;
    record.endedAt = this.#recorder.now();
    record.responseHash = this.#response?.digest('hex') ?? null;
    this.#response = null;
    if (record.outcome === 'pending') record.outcome = finished ? 'complete' : 'aborted';
    if (record.outcome === 'aborted') record.abortedAt = record.endedAt;
    this.#recorder.ended(record);
  }
}

/** Counts and remembers what came in. */
export class Recorder {
  readonly #clock: Clock;
  readonly #logSize: number;
  readonly #log: Mutable<RequestRecord>[] = [];
  readonly #open = new Map<number, Mutable<RequestRecord>>();
  #counts: Record<keyof Counts, Record<string, number>> = emptyCounts();
  #nextId = 1;
  received = 0;
  aborted = 0;
  inFlightHigh = 0;

  constructor(clock: Clock, logSize: number) {
    this.#clock = clock;
    this.#logSize = logSize;
  }

  now(): number {
    return this.#clock.now();
  }

  get inFlight(): number {
    return this.#open.size;
  }

  begin(method: string, path: string, route: string, connection: number): RequestTrace {
    const record: Mutable<RequestRecord> = {
      id: this.#nextId++,
      method,
      path: path.slice(0, 512),
      model: null,
      stream: null,
      connection,
      receivedAt: this.now(),
      bodyBytes: 0,
      bodyHash: null,
      status: null,
      fault: null,
      firstByteAt: null,
      abortedAt: null,
      endedAt: null,
      responseBytes: 0,
      responseHash: null,
      outcome: 'pending',
    };
    this.received += 1;
    this.#open.set(record.id, record);
    this.inFlightHigh = Math.max(this.inFlightHigh, this.#open.size);
    this.count('byPath', route);
    return new RequestTrace(this, record);
  }

  count(table: keyof Counts, name: string): void {
    const counts = this.#counts[table];
    const known = Object.hasOwn(counts, name) || Object.keys(counts).length < MAX_NAMES;
    const key = known ? name : 'other';
    counts[key] = (Object.hasOwn(counts, key) ? (counts[key] ?? 0) : 0) + 1;
  }

  ended(record: RequestRecord): void {
    if (!this.#open.delete(record.id)) return;
    if (record.outcome === 'aborted') this.aborted += 1;
    this.#log.push(record);
    if (this.#log.length > this.#logSize) this.#log.shift();
  }

  /** The simulator itself breaks everything off that is open. */
  cutOpen(): void {
    for (const record of this.#open.values()) if (record.outcome === 'pending') record.outcome = 'cut';
  }

  counts(): Counts {
    return structuredClone(this.#counts);
  }

  /** The last finished requests and all open ones, in order of arrival. */
  requests(): RequestRecord[] {
    return [...this.#log, ...this.#open.values()]
      .sort((a, b) => a.id - b.id)
      .map((record) => ({ ...record }));
  }

  /** Forgets counts and finished requests, as before a measured run. Open ones stay. */
  reset(): void {
    this.#log.length = 0;
    this.#counts = emptyCounts();
    this.received = 0;
    this.aborted = 0;
    this.inFlightHigh = this.#open.size;
  }
}

function emptyCounts(): Record<keyof Counts, Record<string, number>> {
  const table = (): Record<string, number> => ({});
  return { byPath: table(), byModel: table(), byStatus: table(), byFault: table() };
}
