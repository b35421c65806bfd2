/**
 * What a path means, decided once at the listener from the table in
 * `http/routes.ts`. Everything later asks the route, never the path.
 */
export const ENDPOINTS = [
  '/api/chat',
  '/api/generate',
  '/api/embed',
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/messages',
  '/v1/responses',
  'other',
] as const;
/** The `endpoint` label: a route template or `other`, so that its cardinality is fixed. */
export type Endpoint = (typeof ENDPOINTS)[number];

export type DialectName = 'ollama' | 'openai' | 'anthropic';

/**
 * - `chat`, `generate`, `embed`: understood in full, may be cached
 * - `read`: a cheap `GET` (or `POST /api/show`) about models or versions
 * - `manage`: Ollama's pull, push, create, copy, delete and blobs; refused unless allowed
 */
export type Operation = 'chat' | 'generate' | 'embed' | 'read' | 'manage';

/** Which permits a request needs at an upstream: generation slots, the embedding lane, or none. */
export type Lane = 'generation' | 'embedding' | 'none';

export interface Route {
  /** The path template as documented, e.g. `/api/blobs/:digest`. */
  readonly template: string;
  readonly methods: readonly string[];
  readonly endpoint: Endpoint;
  readonly dialect: DialectName;
  readonly operation: Operation;
  readonly lane: Lane;
  /** `json`: buffered and parsed; `stream`: passed through unread; `none`: a body is ignored. */
  readonly body: 'json' | 'stream' | 'none';
  /** Whether an omitted `stream` field means streaming (Ollama: yes, OpenAI: no). */
  readonly streamsByDefault: boolean;
  readonly cacheable: boolean;
}
