/**
 * The canonical form of Ollama's native requests. Not cacheable: requests that load or unload a model (no prompt,
 * no messages, `keep_alive: 0`), those with a token `context`, and debug renderings.
 */
import type { CanonicalRequest } from '../../core/answer.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { canonicalConversation } from '../canonical/conversation.ts';
import { emptyObject, isEmpty, nonEmptyArray, restOf, text } from '../canonical/given.ts';
import { canonicalChat, canonicalEmbed, canonicalGenerate, type Shaping } from '../canonical/request.ts';

const SHAPING = ['options', 'format', 'think', 'tools', 'logprobs', 'top_logprobs'] as const;
/** How the answer travels and how long the model stays loaded do not change what it says. */
const TRANSPORT = ['model', 'stream', 'keep_alive'] as const;
const CHAT_FIELDS: ReadonlySet<string> = new Set([...TRANSPORT, ...SHAPING, 'messages']);
const GENERATE_FIELDS: ReadonlySet<string> = new Set([
  ...TRANSPORT,
  ...SHAPING,
  ...['prompt', 'system', 'template', 'suffix', 'images', 'raw', 'context'],
]);
const EMBED_FIELDS: ReadonlySet<string> = new Set(TRANSPORT);
const NOTHING: ReadonlySet<string> = new Set();

export function canonicalOllama(route: Route, facts: RequestFacts): CanonicalRequest | null {
  const { model, json } = facts;
  if (!route.cacheable || model === null || json === null) return null;
  if (isZeroDuration(json['keep_alive'])) return null;
  if (route.operation === 'chat') return chat(model, json);
  if (route.operation === 'generate') return generate(model, json);
  return route.operation === 'embed' ? embed(route.template, model, json) : null;
}

function chat(model: string, json: JsonObject): CanonicalRequest | null {
  const messages = nonEmptyArray(json['messages'])?.filter(isJsonObject);
  if (messages === undefined) return null;
  return canonicalChat(model, canonicalConversation(messages), shaping(json, CHAT_FIELDS));
}

function generate(model: string, json: JsonObject): CanonicalRequest | null {
  const prompt = text(json['prompt']);
  if (prompt === undefined || nonEmptyArray(json['context']) !== undefined) return null;
  return canonicalGenerate(
    model,
    {
      text: prompt,
      prompts: undefined,
      system: text(json['system']),
      template: text(json['template']),
      suffix: text(json['suffix']),
      images: nonEmptyArray(json['images']),
      raw: json['raw'] === true,
    },
    shaping(json, GENERATE_FIELDS),
  );
}

function embed(template: string, model: string, json: JsonObject): CanonicalRequest | null {
  const input = json['input'] ?? json['prompt'];
  if (text(input) === undefined && nonEmptyArray(input) === undefined) return null;
  return canonicalEmbed(template, model, restOf(json, EMBED_FIELDS) ?? emptyObject());
}

function shaping(json: JsonObject, known: ReadonlySet<string>): Shaping {
  const options = json['options'];
  const format = json['format'];
  const logprobs = json['logprobs'] === true;
  const extra = restOf(json, known) ?? emptyObject();
  if (logprobs) {
    extra['logprobs'] = true;
    extra['top_logprobs'] = json['top_logprobs'] ?? 0;
  }
  return {
    options: (isJsonObject(options) ? restOf(options, NOTHING) : undefined) ?? emptyObject(),
    format: format === '' || format === null ? undefined : format,
    think: json['think'] ?? undefined,
    tools: nonEmptyArray(json['tools']),
    extra: isEmpty(extra) ? undefined : extra,
    choices: false,
    logprobs,
  };
}

/** `0`, `"0"`, `"0s"`, `"0m"` …: unload as soon as the answer is out. */
function isZeroDuration(value: JsonObject[string]): boolean {
  return value === 0 || (typeof value === 'string' && /^[-+]?0+(\.0*)?(ns|us|µs|ms|s|m|h)?$/.test(value));
}
