/**
 * What is wrong with a configuration, all of it at once: each problem names the key, the value, what was
 * expected and where the value came from. Secrets never appear in a message.
 */
export type KeyPath = readonly (string | number)[];

/** Where a value came from. */
export type Origin =
  | { readonly source: 'flag'; readonly name: string }
  | { readonly source: 'environment'; readonly name: string }
  | { readonly source: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly source: 'quickstart' }
  | { readonly source: 'caller' }
  | { readonly source: 'default' };

export interface ConfigProblem {
  /** The key as one writes it, e.g. `upstreams[0].queue.max`; empty for the whole. */
  readonly key: string;
  readonly message: string;
  readonly origin: Origin | null;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(summary(problems));
    this.problems = problems;
  }
}

export function formatKey(path: KeyPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

/** A URL may carry a password, in whichever key or variable it was written. */
export function hideCredentials(text: string): string {
  return text.replace(/\/\/[^/@\s"]+@/g, '//…@');
}

export function formatOrigin(origin: Origin): string {
  switch (origin.source) {
    case 'flag':
      return `flag ${origin.name}`;
    case 'environment':
      return `environment ${origin.name}`;
    case 'file':
      return `${origin.file}:${origin.line}:${origin.column}`;
    case 'quickstart':
      return 'quick start';
    case 'caller':
      return 'the caller';
    case 'default':
      return 'default';
  }
}

export function formatProblem(problem: ConfigProblem): string {
  const key = problem.key === '' ? '' : `${problem.key}: `;
  const shown = problem.origin !== null && !['caller', 'default'].includes(problem.origin.source);
  return `${key}${problem.message}${shown && problem.origin !== null ? ` (${formatOrigin(problem.origin)})` : ''}`;
}

function summary(problems: readonly ConfigProblem[]): string {
  const lines = problems.map((problem) => `  ${formatProblem(problem)}`);
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `the configuration has ${count}:\n${lines.join('\n')}`;
}
