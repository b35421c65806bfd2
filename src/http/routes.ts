/**
 * The allow-list: every path and method that is forwarded, and nothing else. An unlisted path
 * (`/debug/pprof`, say) is refused, never passed on blindly. Source of the Ollama rows: its
 * `server/routes.go`; of the others: the public API references.
 */
import type { DialectName, Endpoint, Lane, Operation, Route } from '../core/route.ts';

interface Row {
  readonly template: string;
  readonly methods: readonly string[];
  readonly dialect: DialectName;
  readonly operation: Operation;
  readonly endpoint?: Endpoint;
  readonly lane?: Lane;
  readonly body?: Route['body'];
  readonly streamsByDefault?: boolean;
}

function route(row: Row): Route {
  const understood = row.operation === 'chat' || row.operation === 'generate' || row.operation === 'embed';
  return {
    template: row.template,
    methods: row.methods,
    endpoint: row.endpoint ?? 'other',
    dialect: row.dialect,
    operation: row.operation,
    lane: row.lane ?? 'none',
    body: row.body ?? 'none',
    streamsByDefault: row.streamsByDefault ?? false,
    cacheable: understood,
  };
}

const GET = ['GET'] as const;
const GET_HEAD = ['GET', 'HEAD'] as const;
const POST = ['POST'] as const;

function generation(
  dialect: DialectName,
  operation: Operation,
  endpoint: Endpoint,
  streamsByDefault: boolean,
): Route {
  return route({
    template: endpoint,
    methods: POST,
    dialect,
    operation,
    endpoint,
    lane: 'generation',
    body: 'json',
    streamsByDefault,
  });
}

function embedding(dialect: DialectName, template: string, endpoint: Endpoint): Route {
  return route({
    template,
    methods: POST,
    dialect,
    operation: 'embed',
    endpoint,
    lane: 'embedding',
    body: 'json',
  });
}

function management(template: string, methods: readonly string[]): Route {
  return route({ template, methods, dialect: 'ollama', operation: 'manage', body: 'stream' });
}

export const ROUTES: readonly Route[] = [
  generation('ollama', 'chat', '/api/chat', true),
  generation('ollama', 'generate', '/api/generate', true),
  embedding('ollama', '/api/embed', '/api/embed'),
  embedding('ollama', '/api/embeddings', 'other'),
  generation('openai', 'chat', '/v1/chat/completions', false),
  generation('openai', 'generate', '/v1/completions', false),
  embedding('openai', '/v1/embeddings', '/v1/embeddings'),
  generation('openai', 'chat', '/v1/responses', false),
  generation('anthropic', 'chat', '/v1/messages', false),
  route({ template: '/', methods: GET_HEAD, dialect: 'ollama', operation: 'read' }),
  route({ template: '/api/tags', methods: GET_HEAD, dialect: 'ollama', operation: 'read' }),
  route({ template: '/api/version', methods: GET_HEAD, dialect: 'ollama', operation: 'read' }),
  route({ template: '/api/ps', methods: GET, dialect: 'ollama', operation: 'read' }),
  route({ template: '/api/show', methods: POST, dialect: 'ollama', operation: 'read', body: 'json' }),
  route({ template: '/v1/models', methods: GET, dialect: 'openai', operation: 'read' }),
  route({ template: '/v1/models/:model', methods: GET, dialect: 'openai', operation: 'read' }),
  management('/api/pull', POST),
  management('/api/push', POST),
  management('/api/create', POST),
  management('/api/copy', POST),
  management('/api/delete', ['DELETE']),
  management('/api/blobs/:digest', ['HEAD', 'POST']),
];

export type RouteMatch =
  | { readonly found: 'route'; readonly route: Route }
  | { readonly found: 'method'; readonly allow: readonly string[]; readonly dialect: DialectName }
  | { readonly found: 'nothing'; readonly dialect: DialectName };

const fixed = new Map<string, Route>();
/** Templates that end in one parameter: prefix up to it, and the route. */
const parametric: { readonly prefix: string; readonly route: Route }[] = [];
for (const entry of ROUTES) {
  const colon = entry.template.indexOf(':');
  if (colon === -1) fixed.set(entry.template, entry);
  else parametric.push({ prefix: entry.template.slice(0, colon), route: entry });
}

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/** Finds the route of a method and path. Paths are matched to the letter: no normalisation, no decoding. */
export function matchRoute(method: string, path: string): RouteMatch {
  const found = fixed.get(path) ?? matchParametric(path);
  if (found === undefined) return { found: 'nothing', dialect: dialectOfPath(path) };
  if (!found.methods.includes(method))
    return { found: 'method', allow: found.methods, dialect: found.dialect };
  return { found: 'route', route: found };
}

function matchParametric(path: string): Route | undefined {
  for (const { prefix, route: entry } of parametric) {
    if (path.length <= prefix.length || !path.startsWith(prefix)) continue;
    const parameter = path.slice(prefix.length);
    // A model's name on `/v1/models/` may hold slashes (`org/name`); dot segments would climb out of the template.
    if (/^[\w.:@%+/-]+$/.test(parameter) && !/(^|\/|%2f)(\.|%2e){1,2}($|\/|%2f)/i.test(parameter))
      return entry;
  }
  return undefined;
}

/** Which shape an error takes on a path that is not in the table. */
function dialectOfPath(path: string): DialectName {
  if (path.startsWith('/v1/messages')) return 'anthropic';
  return path.startsWith('/v1') ? 'openai' : 'ollama';
}
