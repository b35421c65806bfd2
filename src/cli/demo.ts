/** `llamascope demo`: three simulated servers, a gateway in front of them, and a scripted day of traffic, to look at. */
import { CancelSource } from '../runtime/cancel.ts';
import { systemClock } from '../runtime/clock.ts';
import { seededRng } from '../runtime/rng.ts';
import { SERVERS, type Incident, type ServerName } from '../demo/day.ts';
import { playDay } from '../demo/traffic.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { startSimulator, type Simulator } from '../simulator/index.ts';
import { readOptions, type OptionSpec, type OptionValues } from './arguments.ts';
import { optionList } from './help-text.ts';
import { UsageError, type CliIo, type Command, type ExitCode } from './io.ts';
import { stopOnSignal } from './stop-signal.ts';

const options: readonly OptionSpec[] = [
  {
    name: 'listen',
    value: 'HOST:PORT',
    help: 'Where the gateway listens. Default 127.0.0.1:11435; port 0 takes a free one.',
  },
  { name: 'speed', value: 'N', help: 'How fast the day passes: an hour in a minute at 1, the default.' },
  { name: 'seed', value: 'N', help: 'What is asked and when. Default 1.' },
];

const MAX_SPEED = 1_000;

export const demoCommand: Command = {
  help: () =>
    [
      'Usage: llamascope demo [OPTIONS]',
      '',
      'Runs a gateway with three simulated servers behind it and plays a day of traffic until SIGINT or SIGTERM: waves of load,',
      'models that have to be loaded, servers that fail each in its own way, questions repeated and in other words.',
      'Nothing real is asked and nothing is stored. When it is ready, stdout has the address of the page.',
      '',
      'Options:',
      optionList(options),
    ].join('\n'),
  async run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    const values = readOptions(args, options);
    const speed = positive(values['speed'], 'speed', 1, MAX_SPEED);
    const seed = positive(values['seed'], 'seed', 1, 4_294_967_295);
    const listen = typeof values['listen'] === 'string' ? values['listen'] : '127.0.0.1:11435';
    const servers = await startServers(seed);
    const gateway = createGateway(gatewayConfig(listen, servers));
    try {
      return await play(gateway, { servers, speed, seed }, io);
    } finally {
      await gateway.close(0);
      await Promise.all(Object.values(servers).map((server) => server.close()));
    }
  },
};

function positive(
  value: OptionValues[string] | undefined,
  name: string,
  fallback: number,
  most: number,
): number {
  if (value === undefined) return fallback;
  const text = typeof value === 'string' ? value : '';
  const number = Number(text);
  if (text.trim() !== '' && number > 0 && number <= most) return number;
  throw new UsageError(`--${name}: "${text}" is not a number above 0 and at most ${most}`);
}

type Servers = Readonly<Record<ServerName, Simulator>>;

/** Alike, and each at its own pace. A model leaves memory soon, so that loads are seen. */
async function startServers(seed: number): Promise<Servers> {
  const pace: Readonly<Record<ServerName, number>> = { 'gpu-1': 180, 'gpu-2': 140, 'gpu-3': 90 };
  const started = await Promise.all(
    SERVERS.map(async (name, index) => {
      const server = await startSimulator({
        seed: seed + index,
        tokensPerSecond: pace[name],
        prefillTokensPerSecond: 1_500,
        loadMs: 1_800,
        jitter: 0.3,
        numParallel: 4,
        maxLoadedModels: 2,
        keepAliveMs: 40_000,
      });
      return [name, server] as const;
    }),
  );
  return Object.fromEntries(started) as Servers;
}

function gatewayConfig(listen: string, servers: Servers): Parameters<typeof createGateway>[0] {
  return {
    listen,
    upstreams: SERVERS.map((name) => ({
      name,
      kind: 'ollama' as const,
      url: servers[name].url,
      simulator: true,
      parallel: 4,
      queue: { max: 40, waitMs: 8_000 },
      breaker: { consecutiveFailures: 3, openMs: 10_000 },
    })),
    cache: { mode: 'on', sampled: true },
    log: { level: 'error' },
  };
}

async function play(
  gateway: Gateway,
  { servers, speed, seed }: { readonly servers: Servers; readonly speed: number; readonly seed: number },
  io: CliIo,
): Promise<ExitCode> {
  const { url, adminUrl } = await gateway.listen();
  await gateway.ready();
  const stop = new CancelSource();
  io.out(`page     ${adminUrl}/dashboard/`);
  io.out(`gateway  ${url}`);
  io.err('A made-up day, an hour in a minute, from 08:00. Ctrl-C ends it. What happens is told here:');
  const day = playDay({
    url,
    servers,
    speed,
    clock: systemClock,
    rng: seededRng(seed),
    stop,
    onIncident: (incident, hour) => {
      io.err(told(incident, hour));
    },
  });
  const stopping = stopOnSignal(io, systemClock, async () => {
    stop.cancel(new Error('the demonstration ends'));
    await day;
  });
  return (await stopping) === 'finished' ? 0 : 1;
}

function told({ says }: Incident, hour: number): string {
  const minutes = String(Math.floor((hour % 1) * 60)).padStart(2, '0');
  return `${String(Math.floor(hour)).padStart(2, '0')}:${minutes}  ${says}`;
}
