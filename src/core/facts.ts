import type { ModelId } from './ids.ts';
import type { JsonObject } from './json.ts';

/** What the dialect read from the body. */
export interface RequestFacts {
  readonly model: ModelId | null;
  /** Whether the answer is to be streamed, defaults applied. */
  readonly stream: boolean;
  readonly json: JsonObject | null;
}
