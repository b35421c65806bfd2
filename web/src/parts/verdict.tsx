/** The answer to "is all well?": one sentence, since when, and what to do about it. */
import type { JSX } from 'preact';
import type { BreakerView, StateView, UpstreamView } from '../../../src/live/protocol.ts';
import { duration } from '../format.ts';
import { offers, usePage } from '../page-context.ts';
import { StateMark, type Health } from './state-mark.tsx';

export const HEALTH_OF: Readonly<Record<StateView['verdict']['status'], Health>> = {
  ok: 'ok',
  degraded: 'warn',
  down: 'bad',
};

export function Verdict(): JSX.Element {
  const page = usePage();
  const { state } = page.snapshot;
  const { status, sentence, reasons, since } = state.verdict;
  return (
    <div class="verdict stale-able" role="status" data-status={status}>
      <StateMark health={HEALTH_OF[status]} />
      <h1>{sentence}</h1>
      <ul class="verdict-more">
        {reasons.slice(1, 4).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
        {reasons.length > 4 && <li>and {reasons.length - 4} more</li>}
        <li class="note">
          {status === 'ok' ? 'For' : 'Began'} {duration((page.now - since) / 1_000)}
          {status === 'ok' ? '' : ' ago'}
        </li>
      </ul>
      <WhatToDo />
    </div>
  );
}

/** Only what the reader can do something about, with the thing to do beside it. */
function WhatToDo(): JSX.Element | null {
  const { snapshot } = usePage();
  const open = snapshot.state.upstreams.flatMap((upstream) =>
    upstream.breakers.filter(({ state }) => state !== 'closed').map((breaker) => ({ upstream, breaker })),
  );
  if (open.length === 0) return null;
  return (
    <ul class="todo">
      {open.map(({ upstream, breaker }) => (
        <OpenBreaker key={breaker.name} upstream={upstream} breaker={breaker} />
      ))}
    </ul>
  );
}

function OpenBreaker({
  upstream,
  breaker,
}: {
  readonly upstream: UpstreamView;
  readonly breaker: BreakerView;
}): JSX.Element {
  const page = usePage();
  return (
    <li>
      <span>
        <b>{breaker.name}</b>
        {` ${breakerStory(breaker, page.now)}. `}
        {upstream.healthy
          ? 'The upstream answers its probes: look at why its generations fail.'
          : `The upstream does not answer its probes: ${upstream.reason}.`}
      </span>
      {offers(page, 'breaker.reset') && (
        <button type="button" onClick={() => page.ask({ id: 'breaker.reset', subject: breaker.name })}>
          Reset
        </button>
      )}
    </li>
  );
}

/** How long it has been as it is, and what comes next. */
export function breakerStory(breaker: BreakerView, now: number): string {
  const age = duration((now - breaker.since) / 1_000);
  if (breaker.manual === 'isolated')
    return `was isolated by hand ${age} ago and stays open until it is reset`;
  if (breaker.state === 'half_open')
    return `has been half open for ${age}: a few requests are let through to try it`;
  if (breaker.state === 'closed') return `has been closed for ${age}`;
  if (breaker.retryAt === null) return `has been open for ${age}`;
  return `has been open for ${age}, ${nextTry(breaker.retryAt - now)}`;
}

/** When an open breaker lets a request through again, from the milliseconds until then. */
export function nextTry(leftMs: number): string {
  return leftMs > 500 ? `next try in ${duration(leftMs / 1_000)}` : 'next try now';
}
