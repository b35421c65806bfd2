import { nearest } from '../config/nearest.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { adminClient, gatewayOptions, type AdminClient } from './admin-client.ts';
import { readArguments, type OptionSpec } from './arguments.ts';
import { entry, optionList } from './help-text.ts';
import { CommandFailure, UsageError, type CliIo, type Command, type ExitCode } from './io.ts';
import { table } from './table.ts';

const ACTIONS = ['isolate', 'reset', 'disable', 'observe'] as const;

const options: readonly OptionSpec[] = [
  { name: 'json', value: null, help: 'Print what the gateway answered, as JSON.' },
  ...gatewayOptions,
];

export const breakerCommand: Command = {
  help: () =>
    [
      'Usage: llamascope breaker [list [NAME]] [OPTIONS]',
      '       llamascope breaker isolate|reset|disable|observe NAME [OPTIONS]',
      '',
      'Shows the circuit breakers of a running gateway, or sets one by hand. NAME is an upstream, or UPSTREAM/MODEL.',
      '',
      'Actions:',
      entry('list', 'Every breaker and its state (the default), or the one named.'),
      entry('isolate', 'Opens it until told otherwise: the upstream gets no more requests.'),
      entry('reset', 'Closes it, ends every manual setting and forgets past failures.'),
      entry('disable', 'Closes it and keeps it closed: results are counted, nothing opens it.'),
      entry('observe', 'Lets its state run as ever but admits every call: for trying out its settings.'),
      '',
      'Options:',
      optionList(options),
      '',
      'Exit code 0: done; 1: the gateway could not be asked or knows no such breaker; 2: wrong usage.',
    ].join('\n'),
  async run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    const { options: values, positionals } = readArguments(args, options, 2);
    const [action = 'list', name] = positionals;
    const ask = request(action, name);
    const answer = await ask(adminClient(values, io));
    if (values['json'] === true) io.out(JSON.stringify(answer, null, 2));
    else for (const line of shown(answer)) io.out(line);
    return 0;
  },
};

/** What is to be asked. Throws `UsageError` before anything is. */
function request(action: string, name: string | undefined): (client: AdminClient) => Promise<JsonValue> {
  if (action === 'list') {
    const path = name === undefined ? '/admin/breakers' : pathOf(name);
    return (client) => client.get(path);
  }
  if (!(ACTIONS as readonly string[]).includes(action)) {
    const meant = nearest(action, ['list', ...ACTIONS]);
    const hint = meant === null ? `expected list, ${ACTIONS.join(', ')}` : `did you mean ${meant}?`;
    throw new UsageError(`unknown action "${action}"; ${hint}`);
  }
  if (name === undefined) throw new UsageError(`${action} needs the name of a breaker`);
  return (client) => client.post(`${pathOf(name)}/${action}`);
}

function pathOf(name: string): string {
  return `/admin/breakers/${encodeURIComponent(name)}`;
}

function shown(answer: JsonValue): readonly string[] {
  const breakers = (Array.isArray(answer) ? answer : [answer]).map((one) => {
    if (!isJsonObject(one))
      throw new CommandFailure('the gateway answered with something that is no breaker');
    return one;
  });
  return table(HEADS, breakers.map(row));
}

const HEADS = ['NAME', 'STATE', 'BY HAND', 'FAILURES', 'IN FLIGHT', 'SINCE', 'NEXT TRY'];

function row(breaker: JsonObject): readonly string[] {
  const retryAfterMs = breaker['retryAfterMs'];
  return [
    plain(breaker['name']),
    plain(breaker['state']),
    plain(breaker['manual']),
    plain(breaker['consecutiveFailures']),
    plain(breaker['inFlight']),
    plain(breaker['lastStateChangeAt']),
    typeof retryAfterMs === 'number' ? `in ${String(Math.ceil(retryAfterMs / 1_000))} s` : '-',
  ];
}

function plain(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '-';
}
