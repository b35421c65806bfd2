/** What completions and responses write alike. */
import type { Usage } from '../../core/answer.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { numberOf } from '../answer/body.ts';

/** The arguments of a call; null when they are not the JSON of an object. */
export function parseArguments(value: JsonValue | undefined): JsonObject | null {
  if (value === undefined || value === '') return {};
  if (typeof value !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return isJsonObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** Completions count `prompt_tokens`, `/v1/responses` `input_tokens`. */
export function usageOf(value: JsonValue | undefined): Usage | null {
  if (!isJsonObject(value)) return null;
  const prompt = numberOf(value['prompt_tokens']) ?? numberOf(value['input_tokens']);
  const output = numberOf(value['completion_tokens']) ?? numberOf(value['output_tokens']);
  if (prompt === null && output === null) return null;
  return { promptTokens: prompt ?? 0, completionTokens: output ?? 0 };
}
