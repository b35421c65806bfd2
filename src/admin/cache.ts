/**
 * The cache by hand: list and look at entries, purge, export and import.
 *
 * Guarantees: no text of a prompt or an answer leaves unless `cache.showText` is on; a purge says exactly what it is to
 * remove (`{}` purges nothing); an import takes every line that is right and says of every other what is wrong with it.
 */
import type { Cache } from '../cache/cache.ts';
import type { EntryFilter } from '../cache/desk.ts';
import { fromPortable, PORTABLE_VERSION, PortableError, toPortable } from '../cache/portable.ts';
import type { CacheEntry, PurgeSelector } from '../cache/store/port.ts';
import { GatewayError } from '../core/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import {
  jsonReply,
  type OperationCall,
  type OperationReply,
  type OperationRoute,
  type OperationStream,
} from '../http/operation-route.ts';

export interface CacheRoutesOptions {
  /** Whether prompts and answers may be shown. */
  readonly showText: boolean;
}

type Desk = Pick<Cache, 'desk' | 'purge'>;

const MOST_PER_PAGE = 1_000;
const IMPORT_BYTES = 32 * 1024 * 1024;
const PURGE_BYTES = 4_096;

export function cacheRoutes(cache: Desk, { showText }: CacheRoutesOptions): readonly OperationRoute[] {
  return [
    { method: 'GET', path: '/admin/cache/entries', handle: (call) => list(cache, call, showText) },
    {
      method: 'GET',
      path: '/admin/cache/entries/{id}',
      handle: async ({ params }): Promise<OperationReply> => {
        const entry = await cache.desk.find(params['id'] ?? '');
        if (entry === null) throw new GatewayError('unknown_name', 'no entry has this id');
        return jsonReply(entryJson(entry, cache, showText, true));
      },
    },
    {
      method: 'POST',
      path: '/admin/cache/purge',
      bodyBytes: PURGE_BYTES,
      action: 'cache.purge',
      handle: async ({ json }) => jsonReply({ purged: await cache.purge(readSelector(json)) }),
    },
    { method: 'GET', path: '/admin/cache/export', handle: () => exportAll(cache, showText) },
    {
      method: 'POST',
      path: '/admin/cache/import',
      bodyBytes: IMPORT_BYTES,
      action: 'cache.import',
      handle: ({ json }) => jsonReply(importEntries(cache, json)),
    },
  ];
}

async function list(cache: Desk, { query }: OperationCall, showText: boolean): Promise<OperationReply> {
  const known = ['model', 'tenant', 'scope', 'olderThanMs', 'newerThanMs', 'limit', 'after'];
  for (const name of query.keys())
    if (!known.includes(name)) bad(name, query.get(name), `one of ${known.join(', ')} as a parameter`);
  const filter: EntryFilter = {
    model: query.get('model'),
    tenant: query.get('tenant'),
    scope: query.get('scope'),
    minAgeMs: whole(query, 'olderThanMs', 0),
    maxAgeMs: whole(query, 'newerThanMs', Infinity),
  };
  const limit = whole(query, 'limit', 100);
  if (limit < 1 || limit > MOST_PER_PAGE)
    bad('limit', query.get('limit'), `a whole number from 1 to ${MOST_PER_PAGE}`);
  const page = await cache.desk.page(filter, query.get('after'), limit);
  if (page === null) bad('after', query.get('after'), 'the id of an entry that is still there');
  const entries = page.entries.map((entry) => entryJson(entry, cache, showText, false));
  return jsonReply({ entries, next: page.next });
}

function whole(query: URLSearchParams, name: string, fallback: number): number {
  const given = query.get(name);
  if (given === null) return fallback;
  const value = Number(given);
  if (given === '' || !Number.isSafeInteger(value) || value < 0)
    bad(name, given, 'a whole number of at least 0');
  return value;
}

function entryJson(entry: CacheEntry, cache: Desk, showText: boolean, whole: boolean): JsonValue {
  const { id, model, tenant, scope, key, storedAt, costMs, embedding, answer } = entry;
  return {
    id,
    model,
    tenant,
    scope,
    key,
    storedAt: new Date(storedAt).toISOString(),
    ageSeconds: Math.floor(cache.desk.ageMs(entry) / 1_000),
    costMs: Math.round(costMs),
    kind: answer.kind,
    embedder: embedding?.identity ?? null,
    tokens: answer.usage === null ? null : { ...answer.usage },
    textCharacters: entry.text.length,
    ...(showText ? { text: entry.text } : {}),
    ...(showText && whole ? { answer: answer as unknown as JsonValue } : {}),
  };
}

const SELECTORS = ['id', 'scope', 'model', 'tenant'] as const;

/** A slip must not empty the cache: everything has to be asked for by name. */
function readSelector(json: JsonValue): PurgeSelector {
  if (!isJsonObject(json)) bad('body', json, 'an object such as {"model": "llama3.2:1b"} or {"all": true}');
  const selector: Partial<Record<(typeof SELECTORS)[number], string>> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name === 'all' && value === true) continue;
    const field = SELECTORS.find((one) => one === name);
    if (field === undefined) bad(name, value ?? null, `all: true, or ${SELECTORS.join(', ')}`);
    if (typeof value !== 'string' || value === '') bad(name, value ?? null, 'a text that is not empty');
    selector[field] = value;
  }
  const some = Object.keys(selector).length > 0;
  if (some === (json['all'] === true)) bad('body', json, 'either {"all": true} or what is to go');
  return selector;
}

function exportAll(cache: Desk, showText: boolean): OperationReply {
  if (!showText)
    throw new GatewayError(
      'endpoint_forbidden',
      'an export holds prompts and answers: set cache.showText to allow it',
    );
  return {
    status: 200,
    contentType: 'application/x-ndjson; charset=utf-8',
    body: (stream) => void writeAll(cache, stream),
  };
}

/** The last line says how many there are: an export that was cut off is told from a whole one. */
async function writeAll(cache: Desk, stream: OperationStream): Promise<void> {
  let gone = false;
  let resume: (() => void) | null = null;
  stream.onClose(() => {
    gone = true;
    resume?.();
  });
  try {
    stream.write(`${JSON.stringify({ export: 'llamascope cache', version: PORTABLE_VERSION })}\n`);
    let entries = 0;
    for await (const entry of cache.desk.all()) {
      if (gone) return;
      entries += 1;
      if (stream.write(`${JSON.stringify(toPortable(entry))}\n`)) continue;
      await new Promise<void>((resolve) => {
        resume = resolve;
        stream.onDrain(resolve);
      });
    }
    stream.write(`${JSON.stringify({ end: true, entries })}\n`);
    stream.end();
  } catch {
    stream.destroy();
  }
}

function importEntries(cache: Desk, json: JsonValue): JsonObject {
  const lines = isJsonObject(json) ? json['entries'] : undefined;
  if (!Array.isArray(lines)) bad('entries', lines ?? null, 'a list of entries as an export has them');
  let imported = 0;
  let skipped = 0;
  const problems: JsonObject[] = [];
  for (const [index, line] of lines.entries()) {
    try {
      if (cache.desk.restore(fromPortable(line))) imported += 1;
      else skipped += 1;
    } catch (error) {
      if (!(error instanceof PortableError)) throw error;
      problems.push({ index, message: error.message });
    }
  }
  return { imported, skipped, problems };
}

function bad(name: string, value: JsonValue, expected: string): never {
  throw new GatewayError('invalid_field', `${name}: expected ${expected}, got ${JSON.stringify(value)}`);
}
