import { availableParallelism } from 'node:os';
import type { Config } from '../config/config.ts';
import { loadConfig, type LoadedConfig } from '../config/load.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { Primary } from '../workers/primary.ts';
import { systemClock } from '../runtime/clock.ts';
import { VERSION } from '../version.ts';
import { readOptions, type OptionSpec, type OptionValues } from './arguments.ts';
import {
  configOption,
  mainConfigOptions,
  otherConfigOptions,
  refuseSecrets,
  upstreamOption,
} from './config-options.ts';
import { optionList } from './help-text.ts';
import type { CliIo, Command, ExitCode } from './io.ts';
import {
  findUpstream,
  firstModel,
  quickstartDefaults,
  wantsUpstream,
  type QuickstartUpstream,
} from './quickstart.ts';
import { reloadOnDemand, type ReloadTriggersOptions } from './reload-triggers.ts';
import { stopOnSignal } from './stop-signal.ts';

const quickstartOption: OptionSpec = {
  name: 'quickstart',
  value: null,
  help: 'Everything on: the Ollama at OLLAMA_HOST or 127.0.0.1:11434 if it answers, else a simulator in this process; cache mode on, sampled answers included. File, environment and options still win.',
};
const watchOption: OptionSpec = {
  name: 'watch',
  value: null,
  help: 'Reload when the configuration file changes. On unless --no-watch; SIGHUP and POST /admin/reload work either way.',
};
const ownOptions = [quickstartOption, configOption, watchOption, upstreamOption, ...mainConfigOptions];
const options = [...ownOptions, ...otherConfigOptions];

/** What the command needs of a gateway, whether it is one process or several. */
type ServedGateway = Pick<Gateway, 'listen' | 'reload' | 'close' | 'config'>;

export const serveCommand: Command = {
  help: () =>
    [
      'Usage: llamascope serve [OPTIONS]',
      '',
      'Runs the gateway until SIGINT or SIGTERM; then running answers may end (drainMs), a second signal does not wait.',
      'A change of the configuration file, and SIGHUP, put the new configuration in force without dropping a request.',
      'With --workers N (or auto) so many processes take the requests, as one gateway.',
      'When it is ready, stdout has one line: listening on http://HOST:PORT',
      '',
      'Options:',
      optionList(ownOptions),
      '',
      'Every other key of the configuration, except secrets and details of upstreams:',
      optionList(otherConfigOptions),
      '',
      'Options win over the environment (the name in brackets), that over the file, that over the defaults.',
      'Every key is explained in docs/configuration.md and llamascope.example.yaml.',
    ].join('\n'),
  async run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    refuseSecrets(args);
    const { config: file, quickstart, watch, ...flags } = readOptions(args, options);
    const load = (upstream: QuickstartUpstream | null): LoadedConfig =>
      loadConfig({
        flags: flags satisfies OptionValues,
        env: io.env,
        file: typeof file === 'string' ? file : null,
        cwd: io.cwd,
        quickstart: quickstart === true ? quickstartDefaults(upstream) : null,
      });
    const first = load(null);
    const upstream =
      quickstart === true && wantsUpstream(first)
        ? await findUpstream(io.env['OLLAMA_HOST'], first.config.listen)
        : null;
    const loaded = upstream === null ? first : load(upstream);
    const gateway = gatewayOf(loaded.config, () => load(upstream).config);
    const reloads = { file: watch === false ? null : loaded.file, clock: systemClock };
    try {
      return await serve(gateway, reloads, { upstream, quickstart: quickstart === true }, io);
    } finally {
      await upstream?.close();
    }
  },
};

/** This process, or one that watches over several. */
function gatewayOf(config: Config, readConfig: () => Config): ServedGateway {
  const size = workersOf(config.workers);
  if (size === 1) return createGateway(config, { readConfig });
  const script = new URL(
    import.meta.url.endsWith('.ts') ? './serve-worker.ts' : './serve-worker.js',
    import.meta.url,
  );
  return new Primary(config, { size, script, source: readConfig });
}

function workersOf(workers: Config['workers']): number {
  return workers === 'auto' ? availableParallelism() : workers;
}

async function serve(
  gateway: ServedGateway,
  reloads: ReloadTriggersOptions,
  { upstream, quickstart }: { readonly upstream: QuickstartUpstream | null; readonly quickstart: boolean },
  io: CliIo,
): Promise<ExitCode> {
  let noMoreReloads: (() => void) | null = null;
  let ending = false;
  // From the first moment: one that is told to end while it starts ends well, too.
  const stopping = stopOnSignal(io, systemClock, async (signal) => {
    ending = true;
    noMoreReloads?.();
    const { drainMs } = gateway.config;
    io.err(
      `${signal}: finishing what is running, for at most ${drainMs / 1_000} s; once more to stop at once`,
    );
    await gateway.close(drainMs);
  });
  const opened = await Promise.race([
    listenOrClose(gateway).catch((error: unknown) => {
      // Ended before it had begun.
      if (ending) return null;
      throw error;
    }),
    stopping.then(() => null),
  ]);
  if (opened !== null) {
    noMoreReloads = reloadOnDemand(gateway, reloads, io);
    io.out(`listening on ${opened.url}`);
    if (quickstart) for (const line of await introduction(gateway.config, upstream, opened)) io.err(line);
  }
  return (await stopping) === 'finished' ? 0 : 1;
}

/** A gateway that cannot listen is not left running behind the message that says so. */
async function listenOrClose(gateway: ServedGateway): Promise<Awaited<ReturnType<Gateway['listen']>>> {
  try {
    return await gateway.listen();
  } catch (error) {
    await gateway.close(0);
    throw error;
  }
}

/** What a quick start chose, and what to do next. */
async function introduction(
  config: Config,
  upstream: QuickstartUpstream | null,
  { url, adminUrl }: { readonly url: string; readonly adminUrl: string },
): Promise<readonly string[]> {
  const first = config.upstreams[0];
  const model = first?.kind === 'ollama' ? await firstModel(first.url) : null;
  const question = JSON.stringify({
    model: model ?? 'YOUR_MODEL',
    messages: [{ role: 'user', content: 'What is the capital of France?' }],
  });
  return [
    '',
    `Llamascope ${VERSION}, quick start`,
    ...config.upstreams.map(({ name, url: at }) => `  upstream ${name}: ${at}`),
    ...(upstream === null ? [] : [`    ${upstream.because}`]),
    `  cache ${config.cache.mode}, sampled answers ${config.cache.sampled ? 'included' : 'left out'}; metrics ${config.metrics.enabled ? 'on' : 'off'}`,
    '',
    'Ask something, then ask it again and look at x-llamascope-cache:',
    `  curl -i ${url}/api/chat -d '${question}'`,
    `Point a client here: OLLAMA_HOST=${url}, or for OpenAI clients ${url}/v1`,
    ...(config.metrics.enabled && config.dashboard.enabled ? [`Live page: ${adminUrl}/dashboard/`] : []),
    ...(config.metrics.enabled ? [`Metrics: ${adminUrl}/metrics`] : []),
    `State: ${adminUrl}/health`,
    '',
  ];
}
