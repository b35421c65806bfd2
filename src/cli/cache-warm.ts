import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { readLines, type Line } from './cache-files.ts';
import { CommandFailure, type CliIo } from './io.ts';

export interface WarmOptions {
  readonly concurrency: number;
  /** Where a line names none. */
  readonly model: string | null;
  readonly authorization: string | null;
}

export interface WarmReport {
  readonly asked: number;
  /** Answered from the cache already. */
  readonly known: number;
  readonly problems: readonly string[];
}

const BAR = 30;

/** Sends every line as a client would: through queue, breaker and cache, no more at once than told. */
export async function warmCache(
  url: string,
  path: string,
  io: CliIo,
  options: WarmOptions,
): Promise<WarmReport> {
  const problems: string[] = [];
  const lines: Line[] = [];
  for await (const line of readLines(path, io, (sentence) => problems.push(sentence))) lines.push(line);
  let next = 0;
  let done = 0;
  let known = 0;
  const work = async (): Promise<void> => {
    for (let line = lines[next++]; line !== undefined; line = lines[next++]) {
      const result = await askOnce(url, line.value, options);
      if (result.problem !== null) problems.push(`${path}:${line.number}: ${result.problem}`);
      if (result.known) known += 1;
      done += 1;
      io.status(bar(done, lines.length));
    }
  };
  try {
    await Promise.all(Array.from({ length: options.concurrency }, work));
  } finally {
    io.status(null);
  }
  return { asked: lines.length, known, problems };
}

async function askOnce(
  url: string,
  line: JsonObject,
  { model, authorization }: WarmOptions,
): Promise<{ problem: string | null; known: boolean }> {
  const { path: given, ...request } = line;
  const path = given ?? (request['messages'] === undefined ? '/api/generate' : '/api/chat');
  if (typeof path !== 'string' || !path.startsWith('/'))
    return { problem: `path: expected a path such as /api/chat, got ${JSON.stringify(path)}`, known: false };
  const body = { ...(model === null ? {} : { model }), stream: false, ...request };
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === null ? {} : { authorization }) },
      body: JSON.stringify(body),
    });
  } catch (error) {
    throw new CommandFailure(`no answer from ${url}; --url names the address that clients use`, {
      cause: error,
    });
  }
  const text = await response.text();
  const cache = response.headers.get('x-llamascope-cache');
  if (!response.ok) return { problem: `${response.status}: ${messageOf(text)}`, known: false };
  if (cache === 'bypass')
    return { problem: 'answered, but not stored: the cache does not take such requests', known: false };
  return { problem: null, known: cache?.startsWith('hit') === true };
}

function messageOf(text: string): string {
  try {
    const parsed = JSON.parse(text) as JsonValue;
    const error = isJsonObject(parsed) ? (parsed['error'] ?? null) : null;
    const message = isJsonObject(error) ? error['message'] : error;
    return typeof message === 'string' ? message : text.slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}

function bar(done: number, of: number): string {
  const filled = Math.round((done / of) * BAR);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${done} of ${of}`;
}
