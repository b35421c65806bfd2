import type { JsonObject } from '../core/json.ts';
import { openAiModelById, openAiModels, ps, root, show, tags, version } from './api/catalogue.ts';
import { ollamaEmbed, ollamaEmbeddings, openAiEmbeddings } from './api/embedding.ts';
import { generation } from './api/generation.ts';
import { blob, copy, create, pull, push, remove } from './api/management.ts';
import type { Endpoint } from './server.ts';
import { anthropicMessages } from './wire/messages.ts';
import { ollamaChat, ollamaGenerate } from './wire/ollama.ts';
import { openAiChat } from './wire/openai-chat.ts';
import { openAiCompletions } from './wire/openai-completions.ts';
import { openAiResponses } from './wire/responses.ts';
import { openAiError, type Wire } from './wire/wire.ts';

/** One path of the simulated server. */
export interface SimRoute {
  readonly template: string;
  readonly methods: readonly string[];
  readonly endpoint: Endpoint;
  /** Whether it runs a model: faults without a path hit those. */
  readonly inference: boolean;
  /** How its JSON body is named in errors; null for paths without one. */
  readonly body: { readonly whenEmpty: string; readonly type: string } | null;
  readonly errorBody: (status: number, message: string) => JsonObject;
}

const ollamaError = (_status: number, message: string): JsonObject => ({ error: message });
const MISSING = 'missing request body';

function wired(template: string, wire: Wire): SimRoute {
  return {
    template,
    methods: ['POST'],
    endpoint: generation(wire),
    inference: true,
    body: { whenEmpty: wire.whenEmpty, type: wire.requestType },
    errorBody: (status, message) => wire.errorBody(status, message),
  };
}

function plain(
  template: string,
  methods: readonly string[],
  endpoint: Endpoint,
  more: { type?: string; inference?: boolean; errorBody?: SimRoute['errorBody'] } = {},
): SimRoute {
  return {
    template,
    methods,
    endpoint,
    inference: more.inference ?? false,
    body: more.type === undefined ? null : { whenEmpty: MISSING, type: more.type },
    errorBody: more.errorBody ?? ollamaError,
  };
}

const GET_HEAD = ['GET', 'HEAD'];

export const ROUTES: readonly SimRoute[] = [
  plain('/', GET_HEAD, root),
  plain('/api/version', GET_HEAD, version),
  plain('/api/tags', GET_HEAD, tags),
  plain('/api/ps', ['GET'], ps),
  plain('/api/show', ['POST'], show, { type: 'api.ShowRequest' }),
  wired('/api/chat', ollamaChat),
  wired('/api/generate', ollamaGenerate),
  plain('/api/embed', ['POST'], ollamaEmbed, { type: 'api.EmbedRequest', inference: true }),
  plain('/api/embeddings', ['POST'], ollamaEmbeddings, { type: 'api.EmbeddingRequest', inference: true }),
  plain('/api/pull', ['POST'], pull, { type: 'api.PullRequest' }),
  plain('/api/push', ['POST'], push, { type: 'api.PushRequest' }),
  plain('/api/create', ['POST'], create, { type: 'api.CreateRequest' }),
  plain('/api/copy', ['POST'], copy, { type: 'api.CopyRequest' }),
  plain('/api/delete', ['DELETE'], remove, { type: 'api.DeleteRequest' }),
  plain('/api/blobs/:digest', ['HEAD', 'POST'], blob),
  wired('/v1/chat/completions', openAiChat),
  wired('/v1/completions', openAiCompletions),
  plain('/v1/embeddings', ['POST'], openAiEmbeddings, {
    type: 'openai.EmbedRequest',
    inference: true,
    errorBody: openAiError,
  }),
  plain('/v1/models', ['GET'], openAiModels, { errorBody: openAiError }),
  plain('/v1/models/:model', ['GET'], openAiModelById, { errorBody: openAiError }),
  wired('/v1/responses', openAiResponses),
  wired('/v1/messages', anthropicMessages),
];

export interface Found {
  readonly route: SimRoute;
  readonly parameter: string;
}

/** The route of a path, or null. A trailing parameter takes the rest of the path. */
export function findRoute(path: string): Found | null {
  for (const route of ROUTES) {
    const colon = route.template.indexOf(':');
    if (colon === -1 && route.template === path) return { route, parameter: '' };
    if (colon === -1) continue;
    const prefix = route.template.slice(0, colon);
    if (path.length > prefix.length && path.startsWith(prefix)) {
      return { route, parameter: decodeSafely(path.slice(prefix.length)) };
    }
  }
  return null;
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
