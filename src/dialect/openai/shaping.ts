/** What chats, completions and responses have in common in how a request shapes its answer. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { given, restOf, text } from '../canonical/given.ts';

/** Who pays and how it travels do not change what the answer says. */
export const TRANSPORT: readonly string[] = [
  'model',
  'stream',
  'stream_options',
  'user',
  'metadata',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'service_tier',
];
/** A schema is a schema in both dialects; its name is a label, but what else stands beside it may matter. */
export function readFormat(value: JsonValue | undefined, extra: JsonObject): JsonValue | undefined {
  if (!isJsonObject(value) || value['type'] === 'text') return undefined;
  if (value['type'] === 'json_object') return 'json';
  const wrapper = value['json_schema'];
  if (value['type'] !== 'json_schema' || !isJsonObject(wrapper) || !given(wrapper['schema'])) {
    extra['response_format'] = value;
    return undefined;
  }
  const beside = restOf(wrapper, SCHEMA_FIELDS);
  if (beside !== undefined) extra['json_schema'] = beside;
  return wrapper['schema'];
}

const SCHEMA_FIELDS: ReadonlySet<string> = new Set(['schema', 'name']);
const EFFORT: ReadonlySet<string> = new Set(['effort']);

export function readThink(json: JsonObject, extra: JsonObject): JsonValue | undefined {
  const reasoning = isJsonObject(json['reasoning']) ? json['reasoning'] : undefined;
  const beside = reasoning === undefined ? undefined : restOf(reasoning, EFFORT);
  if (beside !== undefined) extra['reasoning'] = beside;
  const inner = text(reasoning?.['effort']);
  const outer = text(json['reasoning_effort']);
  // Which of two contradicting fields wins depends on the server.
  if (inner !== undefined && outer !== undefined) extra['reasoning_effort'] = outer;
  const effort = inner ?? outer;
  return effort === 'none' ? false : effort;
}
