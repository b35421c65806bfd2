import type { ConfigInput, UpstreamInput } from '../../src/config/config.ts';
import { createGateway, type Gateway, type GatewayDeps } from '../../src/gateway.ts';
import {
  startSimulator,
  type ModelSpec,
  type Simulator,
  type SimulatorOptions,
} from '../../src/simulator/index.ts';

/** A small chat model of that name. */
export function chatModel(name: string, given: Partial<ModelSpec> = {}): ModelSpec {
  return {
    name,
    family: 'llama',
    parameterSize: '1.2B',
    quantization: 'Q8_0',
    size: 1_321_098_329,
    contextLength: 131_072,
    embeddingLength: 2_048,
    capabilities: ['completion', 'tools'],
    ...given,
  };
}

export interface Member {
  readonly models?: readonly string[];
  readonly simulator?: SimulatorOptions;
  readonly upstream?: Partial<UpstreamInput>;
}

/** Several simulators behind one gateway, on real sockets, closed together. */
export interface Fleet<Name extends string> extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly url: string;
  readonly simulators: Readonly<Record<Name, Simulator>>;
}

/** Fast by default, and without embedder and cache: what clients get is what an upstream said. */
export async function startFleet<Name extends string>(
  members: Readonly<Record<Name, Member>>,
  config: Omit<ConfigInput, 'upstreams'> = {},
  deps: GatewayDeps = {},
): Promise<Fleet<Name>> {
  const names = Object.keys(members) as Name[];
  const started = await Promise.all(
    names.map(async (name) => {
      const { models, simulator } = members[name];
      const options: SimulatorOptions = {
        loadMs: 0,
        tokensPerSecond: 0,
        prefillTokensPerSecond: 0,
        numParallel: 8,
        control: 'same',
        embedder: null,
        ...(models === undefined ? {} : { models: models.map((model) => chatModel(model)) }),
        ...simulator,
      };
      return [name, await startSimulator(options)] as const;
    }),
  );
  const simulators = Object.fromEntries(started) as Record<Name, Simulator>;
  const gateway = createGateway(
    {
      upstreams: names.map((name) => ({
        name,
        url: simulators[name].url,
        parallel: 8,
        ...members[name].upstream,
      })),
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
      cache: { mode: 'off' },
      ...config,
    },
    deps,
  );
  const { url } = await gateway.listen();
  await gateway.ready();
  return {
    gateway,
    url,
    simulators,
    async [Symbol.asyncDispose](): Promise<void> {
      await gateway.close(500);
      await Promise.all(started.map(([, simulator]) => simulator.close()));
    },
  };
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

/** Posts JSON and reads the JSON that comes back. */
export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as Record<string, unknown>,
  };
}

/** A chat of one short question, not streamed. */
export function chat(url: string, model: string, given: Record<string, unknown> = {}): Promise<Answered> {
  return post(`${url}/api/chat`, {
    model,
    stream: false,
    messages: [{ role: 'user', content: 'What is the capital of France?' }],
    ...given,
  });
}
