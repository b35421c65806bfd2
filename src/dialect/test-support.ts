import type { Answer } from '../core/answer.ts';
import type { JsonObject } from '../core/json.ts';

/** An answer by what it says: the native form as a value, without the id that every replay has of its own. */
export function meaning(answer: Answer | null): unknown {
  if (answer === null || answer.native === null) return answer;
  const { id: _id, ...said } = JSON.parse(answer.native.text) as JsonObject;
  return { ...answer, native: { template: answer.native.template, said } };
}
