import type { TextEmbedder } from '../core/embedder.ts';
import { isJsonObject } from '../core/json.ts';
import { Batcher } from './batcher.ts';
import { recommendedPrefixFor, recommendedThresholdFor } from './thresholds.ts';
import { normalise } from './unit-vector.ts';

/**
 * Sentence vectors from an embedding model on an upstream, through Ollama's `/api/embed` or OpenAI's
 * `/v1/embeddings`. Trusts nothing it is sent: a wrong number of vectors, another dimension or a value that is
 * not a finite number rejects the call. Deadlines and the breaker are the injected call's business.
 */
export interface UpstreamEmbedderOptions {
  readonly dialect: 'ollama' | 'openai';
  readonly model: string;
  /** The model's digest when the upstream tells it: a re-pulled model gets a new identity. */
  readonly digest: string | null;
  /** POSTs a JSON body to a path of the upstream and resolves with the body of a 2xx answer. Rejects otherwise. */
  readonly call: (path: string, body: Buffer) => Promise<Buffer>;
  /** Put before every text; the model's usual one when omitted. */
  readonly prefix?: string;
  /** The model's usual one when omitted. */
  readonly threshold?: number;
  readonly maxBatch?: number;
  readonly maxQueued?: number;
  readonly maxInFlight?: number;
}

const MAX_DIMENSIONS = 65_536;

/** Asks for one vector to learn the dimension. Rejects when the upstream does not answer as it should. */
export async function openUpstreamEmbedder(options: UpstreamEmbedderOptions): Promise<TextEmbedder> {
  const prefix = options.prefix ?? recommendedPrefixFor(options.model);
  const probe = await requestVectors(options, [`${prefix}dimensions?`], null);
  const dimensions = (probe[0] as Float32Array).length;
  const batcher = new Batcher({
    maxBatch: options.maxBatch ?? 32,
    maxQueued: options.maxQueued ?? 1_024,
    maxInFlight: options.maxInFlight ?? 2,
    run: (texts) => requestVectors(options, texts, dimensions),
  });
  let closed = false;

  return {
    identity: `upstream:${options.model}@${options.digest ?? 'unknown'}:${String(dimensions)}:${JSON.stringify(prefix)}`,
    dimensions,
    recommendedThreshold: options.threshold ?? recommendedThresholdFor(options.model),
    async embed(texts: readonly string[]): Promise<Float32Array[]> {
      if (closed) throw closedError(options.model);
      const readable: string[] = [];
      for (const text of texts) if (text.trim() !== '') readable.push(prefix + text);
      const vectors = await batcher.embed(readable);
      if (readable.length === texts.length) return vectors;
      let next = 0;
      return texts.map((text) =>
        text.trim() === '' ? new Float32Array(dimensions) : (vectors[next++] as Float32Array),
      );
    },
    close(): Promise<void> {
      closed = true;
      batcher.rejectWaiting(closedError(options.model));
      return Promise.resolve();
    },
  };
}

function closedError(model: string): Error {
  return new Error(`embedder ${model} is closed`);
}

async function requestVectors(
  options: UpstreamEmbedderOptions,
  texts: readonly string[],
  dimensions: number | null,
): Promise<Float32Array[]> {
  const ollama = options.dialect === 'ollama';
  const path = ollama ? '/api/embed' : '/v1/embeddings';
  const request = ollama
    ? { model: options.model, input: texts, truncate: true }
    : { model: options.model, input: texts, encoding_format: 'float' };
  const body = await options.call(path, Buffer.from(JSON.stringify(request)));
  const rows = ollama ? readOllama(body, path) : readOpenAi(body, path, texts.length);
  if (rows.length !== texts.length)
    throw malformed(path, `${String(texts.length)} vectors`, String(rows.length));
  let expected = dimensions;
  return rows.map((row, index) => {
    const vector = readVector(row, path, index, expected);
    expected ??= vector.length;
    return vector;
  });
}

function readOllama(body: Buffer, path: string): readonly unknown[] {
  const embeddings = readObject(body, path)['embeddings'];
  if (!Array.isArray(embeddings)) throw malformed(path, 'an array "embeddings"', kindOf(embeddings));
  return embeddings;
}

function readOpenAi(body: Buffer, path: string, count: number): readonly unknown[] {
  const data = readObject(body, path)['data'];
  if (!Array.isArray(data)) throw malformed(path, 'an array "data"', kindOf(data));
  const rows = new Array<unknown>(data.length);
  for (const [position, item] of data.entries()) {
    if (!isJsonObject(item)) throw malformed(path, `an object at data[${String(position)}]`, kindOf(item));
    // Some servers omit `index`; the order is then the order of the inputs.
    const index = item['index'] ?? position;
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count)
      throw malformed(path, `data[${String(position)}].index below ${String(count)}`, JSON.stringify(index));
    if (rows[index] !== undefined) throw malformed(path, `each index once in data`, `${String(index)} twice`);
    rows[index] = item['embedding'];
  }
  return rows;
}

function readObject(body: Buffer, path: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    throw malformed(path, 'a JSON object', JSON.stringify(body.toString('utf8', 0, 60)));
  }
  if (!isJsonObject(json)) throw malformed(path, 'a JSON object', kindOf(json));
  return json;
}

function readVector(row: unknown, path: string, index: number, dimensions: number | null): Float32Array {
  const where = `vector ${String(index)}`;
  if (!Array.isArray(row)) throw malformed(path, `${where} to be an array of numbers`, kindOf(row));
  if (row.length < 1 || row.length > MAX_DIMENSIONS || (dimensions !== null && row.length !== dimensions))
    throw malformed(
      path,
      dimensions === null
        ? `${where} to have 1 to ${String(MAX_DIMENSIONS)} dimensions`
        : `${where} to have ${String(dimensions)} dimensions`,
      String(row.length),
    );
  const vector = new Float32Array(row.length);
  for (const [i, value] of row.entries()) {
    if (typeof value !== 'number' || !Number.isFinite(Math.fround(value)))
      throw malformed(path, `a finite number at ${where}[${String(i)}]`, JSON.stringify(value) ?? 'nothing');
    vector[i] = value;
  }
  return normalise(vector);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}

function malformed(path: string, expected: string, found: string): Error {
  return new Error(`${path}: expected ${expected}, found ${found}`);
}
