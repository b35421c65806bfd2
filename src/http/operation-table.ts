import type { OperationRoute } from './operation-route.ts';

/** A route found, or the methods that the path does have (empty: the path is unknown). */
export type OperationMatch =
  | { readonly route: OperationRoute; readonly params: Readonly<Record<string, string>> }
  | { readonly route: null; readonly allow: readonly string[] };

interface Compiled {
  readonly route: OperationRoute;
  readonly segments: readonly string[];
}

/** Throws a TypeError for two routes of the same method and shape: one of them would never be asked. */
export class OperationTable {
  readonly #routes: readonly Compiled[];
  readonly #roots: ReadonlySet<string>;

  constructor(routes: readonly OperationRoute[]) {
    const seen = new Set<string>();
    for (const { method, path } of routes) {
      const shape = `${method} ${path.replace(/\{[^}]*\}/g, '{}')}`;
      if (seen.has(shape)) throw new TypeError(`operations: ${method} ${path} is there twice`);
      seen.add(shape);
    }
    // Fixed segments before variable ones, so that `/a/b` is not taken by `/a/{name}`.
    this.#routes = routes
      .map((route) => ({ route, segments: split(route.path) }))
      .sort((a, b) => openness(a) - openness(b));
    this.#roots = new Set(this.#routes.map(({ segments }) => segments[0] ?? ''));
  }

  /** First segments of all paths. */
  get roots(): readonly string[] {
    return [...this.#roots];
  }

  /** Whether the path lies in a part of the tree that belongs to the operations plane. */
  owns(path: string): boolean {
    return this.#roots.has(firstSegment(path));
  }

  /** `HEAD` is answered as `GET`. */
  match(method: string, path: string): OperationMatch {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const segments = split(path);
    const allow = new Set<string>();
    for (const compiled of this.#routes) {
      const params = take(compiled.segments, segments);
      if (params === null) continue;
      if (compiled.route.method === wanted) return { route: compiled.route, params };
      allow.add(compiled.route.method);
      if (compiled.route.method === 'GET') allow.add('HEAD');
    }
    return { route: null, allow: [...allow] };
  }
}

export function firstSegment(path: string): string {
  const end = path.indexOf('/', 1);
  return end < 0 ? path.slice(1) : path.slice(1, end);
}

function split(path: string): readonly string[] {
  return path.slice(1).split('/');
}

function openness({ segments }: Compiled): number {
  const rest = segments.some((segment) => segment.endsWith('...}')) ? 1_000 : 0;
  return rest + segments.filter((segment) => segment.startsWith('{')).length;
}

function take(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    if (wanted.endsWith('...}')) {
      if (index >= segments.length) return null;
      params[wanted.slice(1, -4)] = segments.slice(index).join('/');
      return params;
    }
    const given = segments[index];
    if (given === undefined) return null;
    if (!wanted.startsWith('{')) {
      if (given !== wanted) return null;
      continue;
    }
    const value = decode(given);
    if (value === null || value === '') return null;
    params[wanted.slice(1, -1)] = value;
  }
  return pattern.length === segments.length ? params : null;
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
