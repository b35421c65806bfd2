import { modelId, type ModelId } from '../core/ids.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';

/** One model as an upstream lists it. */
export interface ListedModel {
  readonly name: ModelId;
  /** Identifies the weights; null where the upstream does not tell. */
  readonly digest: string | null;
  /** Set when the listing itself shows that it makes vectors, not text. */
  readonly looksLikeEmbedding: boolean;
}

/** More are not looked at: a probe's work is bounded whatever an upstream lists. */
const MAX_MODELS = 1_000;

/** Reads `/api/tags` (and `/api/ps`): `{ models: [{ name, digest, details: { family } }] }`. Skips what it cannot read. */
export function readOllamaModels(json: unknown): readonly ListedModel[] {
  return items(json, 'models').flatMap((item) => {
    const name = item['name'] ?? item['model'];
    if (typeof name !== 'string' || name === '') return [];
    const details = isJsonObject(item['details']) ? item['details'] : {};
    const families = Array.isArray(details['families']) ? details['families'] : [];
    const digest = typeof item['digest'] === 'string' ? item['digest'] : null;
    const looksLikeEmbedding = [name, details['family'], ...families].some(
      (word) => typeof word === 'string' && /bert|embed|minilm|(^|[^a-z])bge/i.test(word),
    );
    return [{ name: modelId(name), digest, looksLikeEmbedding }];
  });
}

/** Reads `/v1/models`: `{ data: [{ id }] }`. */
export function readOpenAiModels(json: unknown): readonly ListedModel[] {
  return items(json, 'data').flatMap((item) => {
    const { id } = item;
    if (typeof id !== 'string' || id === '') return [];
    return [{ name: modelId(id), digest: null, looksLikeEmbedding: /embed|minilm|(^|[^a-z])bge/i.test(id) }];
  });
}

/** Whether `/api/show` says that a model embeds; null where it says nothing (Ollama before 0.6.4). */
export function showsEmbedding(json: unknown): boolean | null {
  const capabilities = isJsonObject(json) ? json['capabilities'] : null;
  return Array.isArray(capabilities) ? capabilities.includes('embedding') : null;
}

/** `llama3.2` and `llama3.2:latest` are one model to Ollama. */
export function sameModel(listed: string, asked: string): boolean {
  return listed === asked || (!asked.includes(':') && listed === `${asked}:latest`);
}

function items(json: unknown, key: string): readonly JsonObject[] {
  const list = isJsonObject(json) ? json[key] : null;
  return Array.isArray(list) ? list.filter(isJsonObject).slice(0, MAX_MODELS) : [];
}

/** Each name as clients may write it: `llama3.2:latest` also as `llama3.2`. */
export function namesOf(models: readonly ListedModel[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { name } of models) {
    names.add(name);
    if (name.endsWith(':latest')) names.add(name.slice(0, -':latest'.length));
  }
  return names;
}
