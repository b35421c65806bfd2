/** The screen of `llamascope top`: from what is known to lines of a given width. Pure, so that a test can look at it. */
import type { LogEntry, UpstreamView, Verdict } from '../live/protocol.ts';
import { table } from './table.ts';
import type { TopFeed } from './top-feed.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

type Colour = 'red' | 'yellow' | 'green' | 'dim' | 'bold';
const CODES: Readonly<Record<Colour, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };
export type Paint = (colour: Colour, text: string) => string;
export const plainPaint: Paint = (_, text) => text;
export const ansiPaint: Paint = (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m`;

const VERDICT_COLOUR: Readonly<Record<Verdict, Colour>> = { ok: 'green', degraded: 'yellow', down: 'red' };
const VERDICT_SIGN: Readonly<Record<Verdict, string>> = { ok: '●', degraded: '▲', down: '■' };

/** At most `rows` lines, none wider than `columns`. Null rows: as many as there are. */
export function topScreen(
  feed: TopFeed,
  { columns, rows }: ScreenSize | { readonly columns: number; readonly rows: null },
  wallMs: number,
  paint: Paint,
): readonly string[] {
  const width = Math.max(20, columns);
  const lines = [heading(feed, width, wallMs, paint), ...verdict(feed, width, paint), ''];
  lines.push(...figures(feed, width, paint), '', ...upstreams(feed, width, wallMs, paint));
  const left = rows === null ? 5 : rows - lines.length - 2;
  if (left > 0 && feed.log.length > 0) lines.push('', ...events(feed.log, left, width, paint));
  return rows === null ? lines : lines.slice(0, rows);
}

/** Names come from configurations and upstreams: nothing in them may steer a terminal. */
function clean(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}

const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

function heading({ hello, tick, problem }: TopFeed, width: number, wallMs: number, paint: Paint): string {
  if (hello === null) return cut(clean(problem ?? 'connecting …'), width);
  const age = tick === null ? 0 : wallMs - tick.at;
  const stale = problem !== null || age > 3_000;
  const time = new Date(tick?.at ?? hello.at).toISOString().slice(11, 19);
  const up = duration((wallMs - hello.startedAt) / 1_000);
  const left = `llamascope ${hello.product.version}  ${clean(hello.product.url)}  up ${up}`;
  const right = stale ? `data ${duration(age / 1_000)} old` : `${time}Z`;
  const line = cut(left, width - right.length - 2).padEnd(Math.max(0, width - right.length)) + right;
  return stale ? paint('yellow', cut(line, width)) : paint('bold', cut(line, width));
}

function verdict({ state, problem }: TopFeed, width: number, paint: Paint): readonly string[] {
  const lines = problem === null ? [] : [paint('yellow', cut(clean(problem), width))];
  if (state === null) return lines;
  const { status, sentence } = state.verdict;
  const line = paint(VERDICT_COLOUR[status], cut(`${VERDICT_SIGN[status]} ${clean(sentence)}`, width));
  return [...lines, line, ...state.partial.map((text) => paint('yellow', cut(`  ${clean(text)}`, width)))];
}

function figures(feed: TopFeed, width: number, paint: Paint): readonly string[] {
  const rows = [
    ['requests/s', amount(feed.value('requests')), feed.trends.requests],
    ['success', share(feed.value('success')), feed.trends.success],
    ['first token p95', seconds(feed.value('first-token')), feed.trends['first-token']],
    ['tokens/s', amount(feed.value('tokens')), feed.trends.tokens],
  ] as const;
  const trendWidth = Math.max(0, Math.min(120, width - 28));
  const drawn = rows.map(([name, value, trend]) =>
    cut(`${name.padEnd(16)}${value.padStart(9)}  ${paint('dim', sparkline(trend, trendWidth))}`, width + 8),
  );
  const more = [
    `duration p95 ${seconds(feed.series('latency', 'p95'))}`,
    `hit ratio ${share(feed.series('hit-ratio', 'hits'))}`,
    `in flight ${amount(feed.series('inflight', 'inflight'))}`,
    `waiting ${amount(feed.series('inflight', 'waiting'))}`,
    `slots ${share(feed.series('saturation', 'permits'))}`,
  ];
  return [...drawn, cut(more.join('   '), width)];
}

const BARS = '▁▂▃▄▅▆▇█';

/** The newest on the right; a gap where there was no value. */
export function sparkline(values: readonly (number | null)[], width: number): string {
  if (width === 0) return '';
  const shown = values.slice(-width);
  const most = Math.max(...shown.map((value) => value ?? 0), Number.MIN_VALUE);
  const bars = shown.map((value) => {
    if (value === null) return ' ';
    return (
      BARS[Math.min(BARS.length - 1, Math.floor((Math.max(0, value) / most) * (BARS.length - 1)))] ?? ' '
    );
  });
  return bars.join('');
}

function upstreams({ state, tick }: TopFeed, width: number, wallMs: number, paint: Paint): readonly string[] {
  const rows = (state?.upstreams ?? []).map((upstream) => {
    const rate = tick?.values['attempts']?.[`upstream{upstream=${JSON.stringify(upstream.name)}}`];
    return [
      clean(upstream.name),
      upstream.draining ? 'draining' : upstream.healthy ? 'healthy' : 'UNHEALTHY',
      breaker(upstream, wallMs),
      upstream.queue === null ? '-' : `${upstream.queue.permitsInUse}/${upstream.queue.permits}`,
      upstream.queue === null ? '-' : String(upstream.queue.depth),
      upstream.pool === null ? '-' : `${upstream.pool.connections}/${upstream.pool.maxsize}`,
      amount(rate ?? null),
      clean(upstream.resident.join(' ')),
    ];
  });
  const heads = ['UPSTREAM', 'HEALTH', 'BREAKER', 'SLOTS', 'QUEUE', 'CONNS', 'ATTEMPTS/S', 'IN MEMORY'];
  return table(heads, rows).map((line, index) => {
    const short = cut(line, width);
    if (index === 0) return paint('dim', short);
    const upstream = state?.upstreams[index - 1];
    const bad =
      upstream?.healthy === false || (upstream?.breakers ?? []).some(({ state }) => state === 'open');
    return bad ? paint('red', short) : short;
  });
}

/** The worst of an upstream's breakers. */
function breaker({ breakers }: UpstreamView, wallMs: number): string {
  const order = ['open', 'half_open', 'closed'] as const;
  const worst = [...breakers].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0];
  if (worst === undefined) return '-';
  const manual = worst.manual === null ? '' : ` (${worst.manual})`;
  return `${worst.state.replace('_', '-').toUpperCase()} ${duration((wallMs - worst.since) / 1_000)}${manual}`;
}

const LEVEL_COLOUR: Readonly<Record<LogEntry['level'], Colour | null>> = {
  bad: 'red',
  warn: 'yellow',
  good: 'green',
  info: null,
};

/** Newest first. */
function events(log: readonly LogEntry[], count: number, width: number, paint: Paint): readonly string[] {
  const lines = log
    .slice(-count)
    .reverse()
    .map(({ at, text, level }) => {
      const line = cut(`${new Date(at).toISOString().slice(11, 19)}Z  ${clean(text)}`, width);
      const colour = LEVEL_COLOUR[level];
      return colour === null ? line : paint(colour, line);
    });
  return [paint('dim', 'EVENTS'), ...lines];
}

function amount(value: number | null): string {
  if (value === null) return '-';
  if (value !== 0 && Math.abs(value) < 10 && !Number.isInteger(value)) return value.toFixed(1);
  return Math.round(value).toLocaleString('en');
}

const share = (value: number | null): string =>
  value === null ? '-' : `${(value * 100).toFixed(value > 0.99 && value < 1 ? 2 : 0)} %`;

function seconds(value: number | null): string {
  if (value === null) return '-';
  return value < 1 ? `${Math.round(value * 1_000)} ms` : `${value.toFixed(1)} s`;
}

function duration(total: number): string {
  const whole = Math.max(0, Math.floor(total));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3_600)} h`;
}
