import { nearest } from '../config/nearest.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { adminClient, gatewayOptions, type AdminClient } from './admin-client.ts';
import { readArguments, type OptionSpec, type OptionValues } from './arguments.ts';
import { entry, optionList } from './help-text.ts';
import { CommandFailure, UsageError, type CliIo, type Command, type ExitCode } from './io.ts';
import { table } from './table.ts';

const ACTIONS = ['list', 'drain', 'resume'] as const;

const options: readonly OptionSpec[] = [
  {
    name: 'deadline-ms',
    value: 'MS',
    help: 'With drain: how long running answers may go on before they are ended; none for no limit. Default: drainMs of the configuration.',
  },
  { name: 'json', value: null, help: 'Print what the gateway answered, as JSON.' },
  ...gatewayOptions,
];

export const upstreamsCommand: Command = {
  help: () =>
    [
      'Usage: llamascope upstreams [list [NAME]] [OPTIONS]',
      '       llamascope upstreams drain NAME [--deadline-ms MS] [OPTIONS]',
      '       llamascope upstreams resume NAME [OPTIONS]',
      '',
      'Shows the upstreams of a running gateway, or takes one out of service and puts it back.',
      '',
      'Actions:',
      entry('list', 'Every upstream and its health (the default), or the one named.'),
      entry(
        'drain',
        'It gets nothing new; what runs there may end. IN FLIGHT 0 means it can be switched off.',
      ),
      entry('resume', 'It takes requests again.'),
      '',
      'Options:',
      optionList(options),
      '',
      'Exit code 0: done; 1: the gateway could not be asked or knows no such upstream; 2: wrong usage.',
    ].join('\n'),
  async run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    const { options: values, positionals } = readArguments(args, options, 2);
    const [action = 'list', name] = positionals;
    const ask = request(action, name, values);
    const answer = await ask(adminClient(values, io));
    if (values['json'] === true) io.out(JSON.stringify(answer, null, 2));
    else for (const line of shown(answer)) io.out(line);
    return 0;
  },
};

/** What is to be asked. Throws `UsageError` before anything is. */
function request(
  action: string,
  name: string | undefined,
  values: OptionValues,
): (client: AdminClient) => Promise<JsonValue> {
  if (!(ACTIONS as readonly string[]).includes(action)) {
    const meant = nearest(action, ACTIONS);
    const hint = meant === null ? `expected ${ACTIONS.join(', ')}` : `did you mean ${meant}?`;
    throw new UsageError(`unknown action "${action}"; ${hint}`);
  }
  const deadline = values['deadline-ms'];
  if (deadline !== undefined && action !== 'drain')
    throw new UsageError('--deadline-ms goes with drain alone');
  const path = name === undefined ? '/admin/upstreams' : `/admin/upstreams/${encodeURIComponent(name)}`;
  if (action === 'list') return (client) => client.get(path);
  if (name === undefined) throw new UsageError(`${action} needs the name of an upstream`);
  if (deadline === undefined) return (client) => client.post(`${path}/${action}`);
  const body = { deadlineMs: milliseconds(String(deadline)) };
  return (client) => client.post(`${path}/${action}`, body);
}

function milliseconds(text: string): number | null {
  if (text === 'none') return null;
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`--deadline-ms ${text}: expected milliseconds, or none for no limit`);
}

function shown(answer: JsonValue): readonly string[] {
  const upstreams = (Array.isArray(answer) ? answer : [answer]).map((one) => {
    if (!isJsonObject(one))
      throw new CommandFailure('the gateway answered with something that is no upstream');
    return one;
  });
  return table(['NAME', 'KIND', 'URL', 'HEALTH', 'IN FLIGHT', 'MODELS', 'IN MEMORY'], upstreams.map(row));
}

function row(upstream: JsonObject): readonly string[] {
  const text = (key: string): string => {
    const value = upstream[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '-';
  };
  const count = (key: string): string => {
    const value = upstream[key];
    return Array.isArray(value) ? String(value.length) : '-';
  };
  return [
    text('name'),
    text('kind'),
    text('url'),
    upstream['healthy'] === true ? 'ok' : text('reason'),
    text('inFlight'),
    count('models'),
    count('resident'),
  ];
}
