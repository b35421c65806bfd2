import type { Command } from './io.ts';

export interface CommandEntry {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loaded when it is asked for: `check` need not wait for the whole gateway. */
  load(): Promise<Command>;
}

/** In the order of the help. */
export const commands: readonly CommandEntry[] = [
  { name: 'serve', summary: 'Run the gateway.', load: async () => (await import('./serve.ts')).serveCommand },
  {
    name: 'top',
    summary: 'Watch a running gateway in the terminal.',
    load: async () => (await import('./top.ts')).topCommand,
  },
  {
    name: 'demo',
    summary: 'Run a gateway and three simulated servers through a day of traffic, to look at.',
    load: async () => (await import('./demo.ts')).demoCommand,
  },
  {
    name: 'simulate',
    summary: 'Run the simulated Ollama server.',
    load: async () => (await import('./simulate.ts')).simulateCommand,
  },
  {
    name: 'compare',
    summary: 'Measure what protection is worth, with and without it.',
    load: async () => (await import('./compare.ts')).compareCommand,
  },
  {
    name: 'upstreams',
    summary: 'Show the upstreams of a running gateway, or drain one.',
    load: async () => (await import('./upstreams.ts')).upstreamsCommand,
  },
  {
    name: 'generate',
    summary: 'Write dashboards, rules and scrape configurations for it.',
    load: async () => (await import('./generate.ts')).generateCommand,
  },
  {
    name: 'check',
    summary: 'Check a configuration without starting anything.',
    load: async () => (await import('./check.ts')).checkCommand,
  },
  {
    name: 'breaker',
    summary: 'Look at the circuit breakers of a running gateway, or set one by hand.',
    load: async () => (await import('./breaker.ts')).breakerCommand,
  },
  {
    name: 'cache',
    summary: 'Look into the cache of a running gateway, purge, export, import or warm it.',
    load: async () => (await import('./cache.ts')).cacheCommand,
  },
  {
    name: 'baseline',
    summary: 'Keep the figures of a running gateway, and show the present against them.',
    load: async () => (await import('./baseline.ts')).baselineCommand,
  },
  {
    name: 'models',
    summary: 'Fetch embedding models for the semantic cache, or list those that are here.',
    load: async () => (await import('./models.ts')).modelsCommand,
  },
];
