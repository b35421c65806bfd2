import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '../core/json.ts';
import type { Clock } from '../runtime/clock.ts';
import type { AnswerTable } from './answers/table.ts';
import type { Embeddings } from './embeddings.ts';
import type { ModelStore } from './models/store.ts';
import type { Settings } from './options.ts';
import type { Reply } from './reply.ts';
import type { Residency } from './residency.ts';

/** Everything the endpoints work on. */
export interface Server {
  readonly settings: Settings;
  readonly version: string;
  readonly abortHoldsPrefill: boolean;
  /** Simulated time; its wall is the real one. */
  readonly clock: Clock;
  readonly store: ModelStore;
  readonly residency: Residency;
  readonly embeddings: Embeddings;
  readonly answers: AnswerTable;
  /** A seeded whole number in [0, limit). */
  readonly random: (limit: number) => number;
  /** A duration varied by the configured jitter. */
  readonly vary: (ms: number) => number;
}

/** One request that passed the door, for its endpoint. */
export interface Call {
  readonly server: Server;
  readonly reply: Reply;
  readonly request: IncomingMessage;
  readonly method: string;
  /** The JSON body; empty for endpoints without one. */
  readonly json: JsonObject;
  /** The last path segment of `/api/blobs/:digest` and `/v1/models/:model`. */
  readonly parameter: string;
}

export type Endpoint = (call: Call) => Promise<void>;

/** The content type of Ollama's own JSON. */
export const JSON_TYPE = 'application/json; charset=utf-8';
