/**
 * Which models an upstream is there for, by name: exact names and patterns with `*` (any text) and `?` (one character).
 * A bare name and the same with `:latest` are one model, as for Ollama.
 */
export class ModelPatterns {
  readonly #exact = new Set<string>();
  readonly #written: readonly string[];
  readonly #patterns: readonly RegExp[];
  /** What the patterns said of names seen before. Clients write names, so it is emptied before it grows large. */
  readonly #said = new Map<string, boolean>();

  constructor(patterns: readonly string[]) {
    const globs: RegExp[] = [];
    for (const pattern of patterns) {
      if (isPattern(pattern)) globs.push(globOf(pattern));
      else this.#exact.add(withTag(pattern));
    }
    this.#patterns = globs;
    this.#written = patterns.filter((pattern) => !isPattern(pattern));
  }

  /** The names that are written out. */
  get names(): readonly string[] {
    return this.#written;
  }

  /** Whether the model is named in full, not only by a pattern. */
  includes(model: string): boolean {
    return this.#exact.has(withTag(model));
  }

  matches(model: string): boolean {
    if (this.includes(model)) return true;
    if (this.#patterns.length === 0) return false;
    const said = this.#said.get(model);
    if (said !== undefined) return said;
    const tagged = withTag(model);
    const matches = this.#patterns.some((pattern) => pattern.test(model) || pattern.test(tagged));
    if (this.#said.size >= REMEMBERED) this.#said.clear();
    this.#said.set(model, matches);
    return matches;
  }
}

const REMEMBERED = 1_024;

export function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}

/** `llama3.2` is `llama3.2:latest`. */
export function withTag(model: string): string {
  return model.includes(':') ? model : `${model}:latest`;
}

function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
