import { modelId, type ModelId } from '../core/ids.ts';
import { ModelPatterns, withTag } from '../routing/model-pattern.ts';

/** Which models one upstream serves: what it lists, kept to what the configuration lets it (`upstreams[].models`). */
export class ServedModels {
  readonly #patterns: ModelPatterns | null;
  readonly #lists: (model: ModelId) => boolean;

  /** `lists`: whether the server itself lists the model. */
  constructor(patterns: readonly string[] | null, lists: (model: ModelId) => boolean) {
    this.#patterns = patterns === null ? null : new ModelPatterns(patterns);
    this.#lists = lists;
  }

  allows(model: ModelId): boolean {
    return this.#patterns === null || this.#patterns.matches(model);
  }

  /** It lists the model, or the configuration says its name: some servers list nothing to us. */
  has(model: ModelId): boolean {
    if (this.#patterns === null) return this.#lists(model);
    return this.#patterns.includes(model) || (this.#patterns.matches(model) && this.#lists(model));
  }

  /** Of the models listed those it may serve, and those that the configuration says it has. */
  of(listed: readonly ModelId[]): readonly ModelId[] {
    const patterns = this.#patterns;
    if (patterns === null) return listed;
    const served = listed.filter((model) => patterns.matches(model));
    const tags = new Set(served.map(withTag));
    return [...served, ...patterns.names.filter((name) => !tags.has(withTag(name))).map(modelId)];
  }
}
