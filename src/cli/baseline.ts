import { nearest } from '../config/nearest.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { adminClient, gatewayOptions, type AdminClient } from './admin-client.ts';
import { readArguments, type OptionSpec, type OptionValues } from './arguments.ts';
import { entry, optionList } from './help-text.ts';
import { CommandFailure, UsageError, type CliIo, type Command, type ExitCode } from './io.ts';
import { table } from './table.ts';

const PATH = '/admin/baseline';
const ACTIONS = ['show', 'set', 'clear'] as const;

const options: readonly OptionSpec[] = [
  {
    name: 'window',
    value: 'TIME',
    help: 'For set: how far the baseline looks back, 10s to 48h. Default: 1h.',
  },
  { name: 'promql', value: null, help: 'Print the figures as PromQL, to ask a Prometheus the same.' },
  { name: 'json', value: null, help: 'Print what the gateway answered, as JSON.' },
  ...gatewayOptions,
];

export const baselineCommand: Command = {
  help: () =>
    [
      'Usage: llamascope baseline [show] [OPTIONS]',
      '       llamascope baseline set [--window 1h] [OPTIONS]',
      '       llamascope baseline clear [OPTIONS]',
      '',
      'Keeps the figures of the last hour of a running gateway, so that what changes afterwards can be held against them.',
      '',
      'Actions:',
      entry('show', 'The figures then and now (the default).'),
      entry('set', 'Takes the figures of the window that ends now; the one set before is replaced.'),
      entry('clear', 'Forgets them.'),
      '',
      'Options:',
      optionList(options),
      '',
      'Exit code 0: done; 1: the gateway could not be asked or the window has no traffic; 2: wrong usage.',
    ].join('\n'),
  async run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    const { options: values, positionals } = readArguments(args, options, 1);
    const ask = request(positionals[0] ?? 'show', values);
    const answer = await ask(adminClient(values, io));
    if (values['json'] === true) io.out(JSON.stringify(answer, null, 2));
    else for (const line of shown(answer, values['promql'] === true)) io.out(line);
    return 0;
  },
};

/** What is to be asked. Throws `UsageError` before anything is. */
function request(action: string, values: OptionValues): (client: AdminClient) => Promise<JsonValue> {
  const window = values['window'];
  if (window !== undefined && action !== 'set') throw new UsageError('--window goes with baseline set');
  switch (action) {
    case 'show':
      return (client) => client.get(PATH);
    case 'set': {
      const windowSeconds = readWindow(typeof window === 'string' ? window : '1h');
      return (client) => client.put(PATH, { windowSeconds });
    }
    case 'clear':
      return (client) => client.delete(PATH);
    default: {
      const meant = nearest(action, ACTIONS);
      const hint = meant === null ? `expected ${ACTIONS.join(', ')}` : `did you mean ${meant}?`;
      throw new UsageError(`unknown action "${action}"; ${hint}`);
    }
  }
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

/** What range is sensible is the gateway's to say. */
function readWindow(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined)
    throw new UsageError(`--window: ${JSON.stringify(text)} is not a time such as 30s, 15m or 1h`);
  return Number(amount) * (UNIT_SECONDS[unit] ?? 0);
}

function shown(answer: JsonValue, promql: boolean): readonly string[] {
  const baseline = isJsonObject(answer) ? answer['baseline'] : undefined;
  if (baseline === null)
    return ['No baseline is set. `llamascope baseline set` takes one from the last hour.'];
  const now = isJsonObject(baseline ?? null) ? (baseline as JsonObject)['now'] : undefined;
  const figures = isJsonObject(baseline ?? null) ? (baseline as JsonObject)['figures'] : undefined;
  if (!isJsonObject(now ?? null) || !Array.isArray(figures))
    throw new CommandFailure('the gateway answered with something that is no baseline');
  const rows = figures.map((figure) => (isJsonObject(figure) ? figure : {}));
  if (promql)
    return rows.flatMap(({ figure, promql: text }) => [`# ${said(figure)}`, said(text), '']).slice(0, -1);
  const { setAt, requests, coveredSeconds, windowSeconds, kept } = baseline as JsonObject;
  const short = coveredSeconds === windowSeconds ? '' : `, of ${said(windowSeconds)} s asked for`;
  const present = now as JsonObject;
  return [
    `Set ${said(setAt)} over ${said(coveredSeconds)} s${short} (${said(requests)} requests), kept ${said(kept)}.`,
    `Now: the last ${said(present['coveredSeconds'])} s (${said(present['requests'])} requests), not beyond the moment it was set.`,
    '',
    ...table(['FIGURE', 'THEN', 'NOW', 'DIFFERENCE', 'FACTOR'], rows.map(row)),
    '',
    'Cost is not among them: prices are not known.',
  ];
}

function row({ title, unit, then, now, difference, factor }: JsonObject): readonly string[] {
  const signed = typeof difference === 'number' && difference > 0 ? '+' : '';
  return [
    said(title),
    amount(then, unit),
    amount(now, unit),
    difference === null ? '-' : `${signed}${amount(difference, unit === 'ratio' ? 'points' : unit)}`,
    typeof factor === 'number' ? `${plain(factor)}x` : '-',
  ];
}

function amount(value: JsonValue | undefined, unit: JsonValue | undefined): string {
  if (typeof value !== 'number') return '-';
  switch (unit) {
    case 'ratio':
      return `${plain(value * 100)} %`;
    case 'points':
      return `${plain(value * 100)} points`;
    case 'seconds':
      return Math.abs(value) < 1 ? `${plain(value * 1_000)} ms` : `${plain(value)} s`;
    case 'per_second':
    case 'tokens_per_second':
      return `${plain(value)} /s`;
    default:
      return plain(value);
  }
}

/** Three figures that matter, never as an exponent. */
const plain = (value: number): string =>
  String(Number(Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)));

const said = (value: JsonValue | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '-';
