import { nearest } from '../config/nearest.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { adminClient, gatewayOptions, type AdminClient } from './admin-client.ts';
import { readArguments, type OptionSpec, type OptionValues } from './arguments.ts';
import { exportCache, importCache } from './cache-files.ts';
import { warmCache } from './cache-warm.ts';
import { entry, optionList } from './help-text.ts';
import { UsageError, type CliIo, type Command, type ExitCode } from './io.ts';
import { table } from './table.ts';

const options: readonly OptionSpec[] = [
  {
    name: 'model',
    value: 'MODEL',
    help: 'Only entries of this model (list, purge); the model to ask where a line names none (warm).',
  },
  { name: 'tenant', value: 'TENANT', help: 'Only entries of this tenant, as list shows it.' },
  { name: 'scope', value: 'SCOPE', help: 'Only entries of this scope, as list shows it.' },
  { name: 'older-than', value: 'SECONDS', help: 'list: only entries of at least this age.' },
  { name: 'newer-than', value: 'SECONDS', help: 'list: only entries of at most this age.' },
  { name: 'limit', value: 'N', help: 'list: entries shown, newest first, 1 to 1000. Default 100.' },
  { name: 'after', value: 'ID', help: 'list: go on behind this entry.' },
  { name: 'all', value: null, help: 'purge: everything.' },
  { name: 'concurrency', value: 'N', help: 'warm: requests at once, 1 to 64. Default 4.' },
  {
    name: 'authorization',
    value: 'TEXT',
    help: 'warm: the Authorization header of the clients that are to find the answers: each has a cache of its own.',
  },
  { name: 'json', value: null, help: 'Print what the gateway answered, as JSON.' },
  ...gatewayOptions,
];

type Action = (client: AdminClient, given: Given) => Promise<ExitCode>;

interface Given {
  readonly name: string | undefined;
  readonly values: OptionValues;
  readonly io: CliIo;
}

const ACTIONS: Readonly<Record<string, { readonly help: string; readonly run: Action }>> = {
  stats: { help: 'What it holds, and where it is kept (the default).', run: stats },
  list: { help: 'Entries, newest first, page by page.', run: list },
  show: { help: 'One entry by its ID, with text and answer where cache.showText allows it.', run: show },
  purge: { help: 'Remove the entry ID, or what --model, --tenant and --scope select, or --all.', run: purge },
  export: { help: 'Write every entry to FILE, one JSON object a line. Needs cache.showText.', run: exportTo },
  import: {
    help: 'Read FILE as export wrote it. Wrong lines are named; the others are taken.',
    run: importFrom,
  },
  warm: { help: 'Ask the gateway every request of FILE, so that it has the answers.', run: warm },
};

export const cacheCommand: Command = {
  help: () =>
    [
      'Usage: llamascope cache [stats|list] [OPTIONS]',
      '       llamascope cache show ID | purge [ID] [OPTIONS]',
      '       llamascope cache export|import|warm FILE [OPTIONS]',
      '',
      'Looks after the cache of a running gateway.',
      '',
      'Actions:',
      ...Object.entries(ACTIONS).map(([name, { help }]) => entry(name, help)),
      '',
      'Options:',
      optionList(options),
      '',
      'A line of a FILE for warm is a request: {"messages": [...]} for /api/chat, {"prompt": "..."} for /api/generate, or',
      'any other with "path", e.g. {"path": "/v1/chat/completions", "model": "...", "messages": [...]}.',
      '',
      'Exit code 0: done; 1: the gateway could not be asked, or some lines failed; 2: wrong usage.',
    ].join('\n'),
  async run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    const { options: values, positionals } = readArguments(args, options, 2);
    const [name = 'stats', argument] = positionals;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined) {
      const meant = nearest(name, Object.keys(ACTIONS));
      const hint = meant === null ? `expected ${Object.keys(ACTIONS).join(', ')}` : `did you mean ${meant}?`;
      throw new UsageError(`unknown action "${name}"; ${hint}`);
    }
    return action.run(adminClient(values, io), { name: argument, values, io });
  },
};

async function stats(client: AdminClient, { io, values }: Given): Promise<ExitCode> {
  const answer = object(await client.get('/admin/cache'));
  if (printed(answer, values, io)) return 0;
  const store = object(answer['store'] ?? null);
  const rows = Object.entries({
    ...answer,
    store: store['kind'],
    state: store['state'],
    pending: store['pending'],
  });
  for (const line of table(
    ['WHAT', 'NOW'],
    rows.map(([key, value]) => [key, plain(value)]),
  ))
    io.out(line);
  if (typeof store['reason'] === 'string') io.out(`store: ${store['reason']}`);
  return 0;
}

const COLUMNS = [
  'id',
  'model',
  'tenant',
  'ageSeconds',
  'costMs',
  'embedder',
  'textCharacters',
  'text',
] as const;

async function list(client: AdminClient, { io, values }: Given): Promise<ExitCode> {
  const query = new URLSearchParams();
  for (const name of ['model', 'tenant', 'scope', 'limit', 'after'])
    if (typeof values[name] === 'string') query.set(name, values[name]);
  for (const [option, parameter] of [
    ['older-than', 'olderThanMs'],
    ['newer-than', 'newerThanMs'],
  ] as const)
    if (values[option] !== undefined) query.set(parameter, String(number(values, option, 0, 1e12) * 1_000));
  const answer = object(await client.get(`/admin/cache/entries?${query.toString()}`));
  if (printed(answer, values, io)) return 0;
  const entries = (Array.isArray(answer['entries']) ? answer['entries'] : []).map(object);
  const columns = COLUMNS.filter(
    (column) => column !== 'text' || entries.some(({ text }) => text !== undefined),
  );
  const rows = entries.map((one) => columns.map((column) => short(plain(one[column]))));
  for (const line of table(
    columns.map((column) => column.toUpperCase()),
    rows,
  ))
    io.out(line);
  if (typeof answer['next'] === 'string') io.err(`more: --after ${answer['next']}`);
  return 0;
}

async function show(client: AdminClient, { name, io }: Given): Promise<ExitCode> {
  if (name === undefined) throw new UsageError('show needs the ID of an entry');
  io.out(JSON.stringify(await client.get(`/admin/cache/entries/${encodeURIComponent(name)}`), null, 2));
  return 0;
}

async function purge(client: AdminClient, { name, values, io }: Given): Promise<ExitCode> {
  const selector: JsonObject = name === undefined ? {} : { id: name };
  for (const field of ['model', 'tenant', 'scope'])
    if (typeof values[field] === 'string') selector[field] = values[field];
  const all = values['all'] === true;
  if (all === Object.keys(selector).length > 0)
    throw new UsageError('purge needs an ID, --model, --tenant or --scope; or --all and none of them');
  const answer = object(await client.post('/admin/cache/purge', all ? { all } : selector));
  if (!printed(answer, values, io)) io.out(`${plain(answer['purged'])} entries removed`);
  return 0;
}

async function exportTo(client: AdminClient, { name, values, io }: Given): Promise<ExitCode> {
  const entries = await exportCache(client, file(name, 'export'), io);
  if (!printed({ entries }, values, io)) io.out(`${entries} entries written to ${name ?? ''}`);
  return 0;
}

async function importFrom(client: AdminClient, { name, values, io }: Given): Promise<ExitCode> {
  const report = await importCache(client, file(name, 'import'), io);
  if (!printed({ ...report, problems: [...report.problems] }, values, io)) {
    for (const problem of report.problems) io.err(problem);
    io.out(
      `${report.imported} entries imported, ${report.skipped} left out (too old, known already, or no room)`,
    );
  }
  return report.problems.length > 0 ? 1 : 0;
}

async function warm(client: AdminClient, { name, values, io }: Given): Promise<ExitCode> {
  const report = await warmCache(client.url, file(name, 'warm'), io, {
    concurrency: number(values, 'concurrency', 1, 64, 4),
    model: typeof values['model'] === 'string' ? values['model'] : null,
    authorization: typeof values['authorization'] === 'string' ? values['authorization'] : null,
  });
  if (!printed({ ...report, problems: [...report.problems] }, values, io)) {
    for (const problem of report.problems) io.err(problem);
    io.out(`${report.asked} asked, ${report.known} known already, ${report.problems.length} failed`);
  }
  return report.problems.length > 0 ? 1 : 0;
}

function file(name: string | undefined, action: string): string {
  if (name === undefined) throw new UsageError(`${action} needs a FILE`);
  return name;
}

function number(values: OptionValues, name: string, min: number, max: number, fallback = min): number {
  const given = values[name];
  if (given === undefined) return fallback;
  const value = Number(given);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new UsageError(
      `--${name}: expected a whole number from ${min} to ${max}, got ${JSON.stringify(given)}`,
    );
  return value;
}

function printed(answer: JsonObject, values: OptionValues, io: CliIo): boolean {
  if (values['json'] !== true) return false;
  io.out(JSON.stringify(answer, null, 2));
  return true;
}

function object(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}

function plain(value: JsonValue | undefined): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return value === null || value === undefined ? '-' : JSON.stringify(value);
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 48 ? `${line.slice(0, 47)}…` : line;
}
