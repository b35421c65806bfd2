import type { ConfigInput } from '../../src/config/config.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index.ts';

/** A simulator and a gateway in front of it, on real sockets, closed together. */
export interface Stack extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly gateway: Gateway;
  readonly url: string;
}

export interface StackOptions {
  readonly simulator?: SimulatorOptions;
  readonly config?: Omit<ConfigInput, 'upstreams'>;
  readonly upstream?: Partial<ConfigInput['upstreams'][number]>;
}

/** Fast by default: a model loads in a moment and speaks at once. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const simulator = await startSimulator({
    loadMs: 0,
    tokensPerSecond: 0,
    prefillTokensPerSecond: 0,
    numParallel: 64,
    control: 'same',
    ...options.simulator,
  });
  const gateway = createGateway({
    upstreams: [{ name: 'simulator', kind: 'ollama', url: simulator.url, parallel: 64, ...options.upstream }],
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    ...options.config,
  });
  const { url } = await gateway.listen();
  await gateway.ready();
  return {
    simulator,
    gateway,
    url,
    async [Symbol.asyncDispose](): Promise<void> {
      await gateway.close(500);
      await simulator.close();
    },
  };
}
