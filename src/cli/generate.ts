import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/config.ts';
import { monitoringArtefacts, type ArtefactOptions } from '../observability/artefacts.ts';
import { readOptions, type OptionSpec, type OptionValues } from './arguments.ts';
import { configOption } from './config-options.ts';
import { optionList } from './help-text.ts';
import { quickstartDefaults } from './quickstart.ts';
import { CommandFailure, UsageError, type CliIo, type Command, type ExitCode } from './io.ts';

/** Beyond it, the five-minute windows would be shorter than two scrapes a second apart. */
const MAX_SPEED = 150;

const options: readonly OptionSpec[] = [
  configOption,
  { name: 'out', value: 'DIR', help: 'Where the files go. Default ./monitoring.' },
  { name: 'job', value: 'NAME', help: 'The scrape job of the gateways in Prometheus. Default llamascope.' },
  {
    name: 'gateway-url',
    value: 'URL',
    help: 'Where people reach the operations plane: alerts link to the runbooks there. Default http://127.0.0.1:11435.',
  },
  {
    name: 'grafana-url',
    value: 'URL',
    help: 'Where people reach Grafana. Default dashboard.grafanaUrl, else http://127.0.0.1:3000.',
  },
  {
    name: 'datasource',
    value: 'UID',
    help: 'The data source that dashboards start with. Default: whichever is Grafana’s default.',
  },
  {
    name: 'webhook-url',
    value: 'URL',
    help: 'Where the Alertmanager example sends alerts, below /pager and /tickets. Default http://127.0.0.1:5001.',
  },
  {
    name: 'speed',
    value: 'N',
    help: 'Divides every window, wait and interval of rules and Alertmanager, to watch alerts fire: 60 makes minutes of hours. Default 1.',
  },
  { name: 'check', value: null, help: 'Write nothing; fail, naming them, if files would change.' },
];

export const generateCommand: Command = {
  help: () =>
    [
      'Usage: llamascope generate [OPTIONS]',
      '',
      'Writes what watches the gateway: Prometheus rules and a scrape configuration, an Alertmanager example, Grafana',
      'dashboards, and Kubernetes objects. Objectives and the metric prefix come from the configuration.',
      '',
      'Options:',
      optionList(options),
    ].join('\n'),
  run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    const values = readOptions(args, options);
    const file = text(values, 'config');
    const { config } = loadConfig({
      flags: {},
      env: io.env,
      file,
      cwd: io.cwd,
      quickstart: quickstartDefaults(null),
    });
    const folder = resolve(io.cwd, text(values, 'out') ?? 'monitoring');
    const files = monitoringArtefacts(readArtefactOptions(values, config));
    if (values['check'] === true) return Promise.resolve(check(folder, files, io));
    write(folder, files);
    for (const path of Object.keys(files)) io.out(join(text(values, 'out') ?? 'monitoring', path));
    return Promise.resolve(0);
  },
};

function readArtefactOptions(values: OptionValues, config: Config): ArtefactOptions {
  return {
    job: text(values, 'job') ?? 'llamascope',
    prefix: config.metrics.prefix,
    gatewayUrl: url(values, 'gateway-url') ?? 'http://127.0.0.1:11435',
    grafanaUrl: url(values, 'grafana-url') ?? config.dashboard.grafanaUrl ?? 'http://127.0.0.1:3000',
    webhookUrl: url(values, 'webhook-url') ?? 'http://127.0.0.1:5001',
    speed: speed(values),
    datasource: text(values, 'datasource'),
    objectives: config.slo,
  };
}

function check(folder: string, files: Readonly<Record<string, string>>, io: CliIo): ExitCode {
  const stale = Object.entries(files).filter(([path, content]) => {
    const file = join(folder, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== content;
  });
  for (const [path] of stale) io.err(`${path} is out of date`);
  return stale.length === 0 ? 0 : 1;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
  } catch (error) {
    throw new CommandFailure(`the files could not be written: ${(error as Error).message}`);
  }
}

function text(values: OptionValues, name: string): string | null {
  const value = values[name];
  return typeof value === 'string' ? value : null;
}

function speed(values: OptionValues): number {
  const given = text(values, 'speed');
  const number = Number(given ?? 1);
  if (number >= 1 && number <= MAX_SPEED) return number;
  throw new UsageError(`--speed: "${String(given)}", expected a number from 1 to ${String(MAX_SPEED)}`);
}

/** Without a slash at its end. */
function url(values: OptionValues, name: string): string | null {
  const given = text(values, name);
  if (given === null) return null;
  if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return given.replace(/\/+$/, '');
  throw new UsageError(`--${name}: "${given}", expected an http or https URL such as http://127.0.0.1:3000`);
}
