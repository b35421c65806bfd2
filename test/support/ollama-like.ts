import { CHAT_JSON, NDJSON, ndjson, type Respond } from './raw-upstream.ts';

export interface OllamaLike {
  models: { name: string; digest?: string; family?: string; capabilities?: string[] }[];
  resident: string[];
  /** Replaces the answer to everything that is not a listing. */
  chat: Respond;
  /** Status of the listings; 200 unless the server is to look ill. */
  status: number;
}

/** The listings of an Ollama server around a chat of the test's own. */
export function ollamaLike(given: Partial<OllamaLike> = {}): OllamaLike & { readonly respond: Respond } {
  const server: OllamaLike = {
    models: [{ name: 'm' }],
    resident: [],
    status: 200,
    chat: (asked, response) => {
      if (asked.body.includes('"stream":false')) {
        response.writeHead(200, { 'content-type': 'application/json' }).end(CHAT_JSON);
      } else {
        response.writeHead(200, NDJSON).end(ndjson.content('a') + ndjson.done());
      }
    },
    ...given,
  };
  const listing = (models: OllamaLike['models']): unknown => ({
    models: models.map(({ name, digest, family }) => ({ name, model: name, digest, details: { family } })),
  });
  const respond: Respond = (asked, response, socket) => {
    const json = (value: unknown): void => {
      response.writeHead(server.status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (asked.target === '/api/version') json({ version: '0.12.0' });
    else if (asked.target === '/api/tags') json(listing(server.models));
    else if (asked.target === '/api/ps') json(listing(server.resident.map((name) => ({ name }))));
    else if (asked.target === '/api/show') {
      const { model } = JSON.parse(asked.body) as { model: string };
      json({ capabilities: server.models.find((one) => one.name === model)?.capabilities });
    } else server.chat(asked, response, socket);
  };
  return Object.assign(server, { respond });
}
