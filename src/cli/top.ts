/**
 * `llamascope top`: the overview of the live page in a terminal, from the same feed. Where there is no terminal it
 * prints one look and ends. However it ends, the terminal is as it was before.
 */
import { CancelSource } from '../runtime/cancel.ts';
import { sleep, systemClock } from '../runtime/clock.ts';
import { adminClient, gatewayOptions, type AdminClient } from './admin-client.ts';
import { readOptions, type OptionSpec } from './arguments.ts';
import { optionList } from './help-text.ts';
import { CommandFailure, type CliIo, type Command, type ExitCode, type Terminal } from './io.ts';
import { readFrames, TopFeed } from './top-feed.ts';
import { ansiPaint, plainPaint, topScreen, type Paint } from './top-screen.ts';

const options: readonly OptionSpec[] = [
  {
    name: 'color',
    value: null,
    help: 'Colours; --no-color and NO_COLOR switch them off. Default on a terminal.',
  },
  { name: 'once', value: null, help: 'One look, as where there is no terminal.' },
  ...gatewayOptions,
];

const RETRY_MS = 1_000;
const PLAIN_COLUMNS = 120;
/** The other screen, without a cursor; and back. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';

export const topCommand: Command = {
  help: () =>
    [
      'Usage: llamascope top [OPTIONS]',
      '',
      'Watches a running gateway: the verdict, traffic, upstreams and events, once a second. q or Ctrl-C ends it.',
      'Where stdin or stdout is no terminal it prints one look and ends.',
      '',
      'Options:',
      optionList(options),
    ].join('\n'),
  async run(args: readonly string[], io: CliIo): Promise<ExitCode> {
    const values = readOptions(args, options);
    const client = adminClient(values, io);
    const coloured =
      values['color'] !== false && (io.env['NO_COLOR'] ?? '') === '' && io.env['TERM'] !== 'dumb';
    if (io.terminal === undefined || io.terminal === null || values['once'] === true) return once(client, io);
    await watch(client, io.terminal, io, coloured ? ansiPaint : plainPaint);
    return 0;
  },
};

/** The first frame that has values, as plain lines. */
async function once(client: AdminClient, io: CliIo): Promise<ExitCode> {
  const feed = new TopFeed();
  const abort = new AbortController();
  const response = await openStream(client, abort.signal);
  for await (const frame of readFrames(response)) {
    feed.take(frame);
    if (frame.event === 'tick' || frame.event === 'bye') break;
  }
  abort.abort();
  for (const line of topScreen(
    feed,
    { columns: PLAIN_COLUMNS, rows: null },
    systemClock.wallMs(),
    plainPaint,
  )) {
    io.out(line);
  }
  return 0;
}

async function openStream(client: AdminClient, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const response = await client.open('/dashboard/api/stream', { accept: 'text/event-stream', signal });
  if (response.body === null) throw new CommandFailure(`what answers at ${client.url} sends no stream`);
  return response.body;
}

async function watch(client: AdminClient, terminal: Terminal, io: CliIo, paint: Paint): Promise<void> {
  const feed = new TopFeed();
  const ending = new CancelSource();
  const abort = new AbortController();
  const end = (): void => {
    ending.cancel(new Error('the watcher left'));
    abort.abort();
  };
  // The first connection fails as any command does; a gateway that goes away later is waited for.
  const first = await openStream(client, abort.signal);
  const draw = (): void => {
    const { columns, rows } = terminal;
    const lines = topScreen(feed, { columns, rows }, systemClock.wallMs(), paint);
    terminal.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
  };
  // A stream that is silent has to be seen to be: the age of the data goes on.
  const redraw = systemClock.setTimer(RETRY_MS, () => {
    draw();
    redraw.refresh();
  });
  const undo = [
    () => {
      redraw.cancel();
    },
    terminal.onKey((key) => {
      if (key === 'q' || key === 'Q' || key === '\u0003' || key === '\u0004') end();
    }),
    terminal.onResize(draw),
    io.onSignal(end),
  ];
  terminal.write(ENTER);
  try {
    await follow(first, { client, feed, draw, ending, abort });
  } finally {
    for (const stop of undo) stop();
    terminal.write(LEAVE);
  }
}

interface Watching {
  readonly client: AdminClient;
  readonly feed: TopFeed;
  readonly draw: () => void;
  readonly ending: CancelSource;
  readonly abort: AbortController;
}

async function follow(first: AsyncIterable<Uint8Array>, watching: Watching): Promise<void> {
  const { client, feed, draw, ending, abort } = watching;
  let stream: AsyncIterable<Uint8Array> | null = first;
  while (!abort.signal.aborted) {
    try {
      stream ??= await openStream(client, abort.signal);
      for await (const frame of readFrames(stream)) {
        feed.take(frame);
        draw();
      }
      feed.problem ??= 'the gateway ended the stream; trying again';
    } catch (error) {
      feed.problem =
        error instanceof CommandFailure ? error.message : 'the connection was lost; trying again';
    }
    stream = null;
    if (abort.signal.aborted) return;
    draw();
    await sleep(systemClock, RETRY_MS, ending);
  }
}
