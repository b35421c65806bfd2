import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Ask, Piece, Result, SimToolCall } from '../ask.ts';

/** One protocol's reader and writers for generation: what comes in as an `Ask`, what goes out as bytes. */
export interface Wire {
  readonly streamType: string;
  readonly jsonType: string;
  /** What an empty body is called. */
  readonly whenEmpty: string;
  /** The name of the request's type in error messages about the body as a whole. */
  readonly requestType: string;
  /** Throws `SimulatorError` 400 for a body that does not fit. */
  read(json: JsonObject): Ask;
  readonly errorBody: (status: number, message: string) => JsonObject;
  open(ask: Ask, context: WireContext): WireWriter;
}

export interface WireContext {
  readonly request: JsonObject;
  /** Unix milliseconds, now. */
  readonly wallMs: () => number;
  /** A random whole number in [0, limit). */
  readonly random: (limit: number) => number;
}

/** Writes one answer. As a stream: `piece` for each piece, then `finish`; or `whole` alone. */
export interface WireWriter {
  piece(piece: Piece): string;
  finish(result: Result): string;
  whole(result: Result): JsonObject;
  /** What the client of a live stream sees when the model's process dies: on some wires, no error at all. */
  error(message: string): string;
}

export const ndjson = (value: JsonValue): string => `${JSON.stringify(value)}\n`;
export const sseData = (value: JsonValue): string => `data: ${JSON.stringify(value)}\n\n`;
export const sseEvent = (event: string, value: JsonValue): string =>
  `event: ${event}\ndata: ${JSON.stringify(value)}\n\n`;

export const seconds = (ms: number): number => Math.floor(ms / 1_000);

/** OpenAI's form of tool calls. */
export function openAiToolCalls(calls: readonly SimToolCall[]): JsonObject[] {
  return calls.map((call, index) => ({
    id: call.id,
    index,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
}

export function openAiError(status: number, message: string): JsonObject {
  const type = status === 400 ? 'invalid_request_error' : status === 404 ? 'not_found_error' : 'api_error';
  return { error: { message, type, param: null, code: null } };
}

export function openAiUsage(result: Result): JsonObject {
  return {
    prompt_tokens: result.promptTokens,
    completion_tokens: result.completionTokens,
    total_tokens: result.promptTokens + result.completionTokens,
  };
}
