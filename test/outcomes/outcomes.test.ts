/**
 * One row per way an attempt can end: what was injected, what the client saw, what the breaker and the counters said,
 * how many attempts really arrived. The table is docs/reference/outcomes.md, held to what happens here;
 * `npm run vitest -- test/outcomes -u` writes it anew.
 */
import { describe, expect, it } from 'vitest';
import type { BreakerSnapshot } from '../../src/core/state.ts';
import { openChat } from '../support/chat.ts';
import { until } from '../support/until.ts';
import { CASES, type Case } from './cases.ts';
import { LIMIT_MS, Stand } from './stand.ts';

interface Row {
  readonly outcome: string;
  readonly injected: string;
  readonly point: string;
  readonly beside: string;
  readonly status: string;
  readonly end: string;
  readonly by: string;
  readonly breaker: string;
  readonly counters: string;
  readonly retries: string;
  readonly attempts: string;
  readonly counted: string;
}

const HEADS: Readonly<Record<keyof Row, string>> = {
  outcome: 'outcome',
  injected: 'injected at `a`',
  point: 'first byte',
  beside: '`b` beside it',
  status: 'client: status',
  end: 'client: end of the answer',
  by: 'from',
  breaker: 'breaker of `a`',
  counters: 'calls counted for `a`',
  retries: 'retries',
  attempts: 'attempts received',
  counted: 'request counted as',
};

const rows: Row[] = [];

describe('each outcome', () => {
  const all = CASES.flatMap((given) => given.beside.map((beside) => ({ given, beside })));
  it.each(
    all.map(
      (one) => [`${one.given.outcome}: ${one.given.injected}${one.beside ? ', with b' : ''}`, one] as const,
    ),
  )('%s', async (_, { given, beside }) => {
    await using stand = await Stand.start(given, beside);
    rows.push(await rowOf(stand, given, beside));
  });

  it('is in the table, as it happens', async ({ skip }) => {
    skip(rows.length < all.length, 'only some of the rows were asked for');
    await expect(page(rows)).toMatchFileSnapshot('../../docs/reference/outcomes.md');
  });
});

async function rowOf(stand: Stand, given: Case, beside: boolean): Promise<Row> {
  const before = breakerOfA(stand);
  const seen = await ask(stand, given);
  // What holds the permit in the meantime is no part of the row.
  const counted = stand.occupied ? counters(stand) : null;
  await stand.settled();
  await until(() => finished(stand).length > 0, 'the request to be counted');
  const [request] = finished(stand);
  const retried = stand.events.filter((event) => event.type === 'upstream.retried');
  const reasons = [...new Set(retried.map(({ reason }) => reason))].join(', ');
  return {
    outcome: given.outcome,
    injected: given.injected,
    point: { before: 'not yet', after: 'sent', none: '-' }[given.point],
    beside: beside ? 'yes' : 'no',
    status: seen.status,
    end: seen.end,
    by: seen.by,
    breaker: `${said(before)} → ${said(breakerOfA(stand))}`,
    counters: counted ?? counters(stand),
    retries: retried.length === 0 ? '0' : `${retried.length} (${reasons})`,
    attempts: beside ? `a ${stand.received('a')}, b ${stand.received('b')}` : `a ${stand.received('a')}`,
    counted: request?.outcome ?? 'nothing',
  };
}

/** Asks, and reads until the end, or until the client of this case has had enough. */
async function ask(stand: Stand, given: Case): Promise<{ status: string; end: string; by: string }> {
  const leaving = new AbortController();
  const { headers = {}, stream = true, leaves } = given;
  const content = 'Why is the sky blue?';
  const asked = openChat(stand.url, { headers, stream, content, signal: leaving.signal });
  if (leaves === 'waiting') {
    await until(() => stand.received('a') === 1, 'the request at the simulator');
    leaving.abort();
    await expect(asked).rejects.toThrow();
    return { status: '-', end: 'left', by: '-' };
  }
  const response = await asked;
  const by = response.headers.get('x-llamascope-upstream') ?? '-';
  const again = response.headers.get('retry-after');
  const status = `${response.status}${again === null ? '' : ` + \`retry-after: ${again}\``}`;
  if (leaves === 'streaming') {
    await response.body?.getReader().read();
    leaving.abort();
    return { status, end: 'left', by };
  }
  const from = performance.now();
  const lines = (await response.text()).trim().split('\n');
  expect(performance.now() - from).toBeLessThan(LIMIT_MS * 8);
  const last = JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
  return { status, end: endOf(last, stream && response.status === 200), by };
}

function endOf(last: Record<string, unknown>, streaming: boolean): string {
  if (last['done'] === true) return 'complete, `done: true`';
  if (typeof last['error'] !== 'string')
    throw new Error(`neither an end nor an error: ${JSON.stringify(last)}`);
  const code = typeof last['code'] === 'string' ? `\`${last['code']}\`` : 'the upstream’s own error';
  return streaming ? `in-band error, ${code}` : `error, ${code}`;
}

function breakerOfA(stand: Stand): BreakerSnapshot {
  return stand.gateway.state.breakers().find(({ name }) => name === 'a') as BreakerSnapshot;
}

const said = ({ state, consecutiveFailures }: BreakerSnapshot): string => `${state} (${consecutiveFailures})`;

function finished(stand: Stand): { outcome: string }[] {
  return stand.events.filter((event) => event.type === 'request.finished');
}

function counters(stand: Stand): string {
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const event of stand.events) {
    if (event.type === 'breaker.settled' && event.breaker === 'a') count(event.status);
    if (event.type === 'breaker.rejected' && event.breaker === 'a') count('rejected');
    if (event.type === 'breaker.ignored' && event.breaker === 'a') count(`ignored: ${event.reason}`);
  }
  return counts.size === 0 ? 'none' : [...counts].map(([what, n]) => `${n} ${what}`).join(', ');
}

function page(table: readonly Row[]): string {
  const keys = Object.keys(HEADS) as (keyof Row)[];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    '# What happens when an upstream fails',
    '',
    '<!-- Written by test/outcomes, which checks it: npm run vitest -- test/outcomes -u. Do not edit. -->',
    '',
    'Each row is one `/api/chat`, streamed unless it says otherwise, through a real gateway to real servers: upstream `a` is made to fail, `b`, where there is',
    'one, is well and of a lower priority (`tier: 1`), so that `a` is asked first. Retries: 3 at most. The breaker of `a` opens at 4',
    'failures in a row (their number is in brackets). `attempts received` is what the servers themselves counted.',
    '',
    line(keys.map((key) => HEADS[key])),
    line(keys.map(() => '---')),
    ...table.map((row) => line(keys.map((key) => row[key]))),
    '',
    'Not in the table: a connection that times out while it is made counts as one that is refused (`connect_error`); that is',
    'tested in `src/upstream/transport.test.ts`.',
    '',
  ].join('\n');
}
