import type { JSX } from 'preact';
import type { BreakerView, UpstreamView } from '../../../src/live/protocol.ts';
import { duration, NONE } from '../format.ts';
import { nextTry } from '../parts/verdict.tsx';
import { offers, usePage } from '../page-context.ts';
import { PanelGrid, ViewTitle } from '../parts/panel-grid.tsx';
import { StateWord, type Health } from '../parts/state-mark.tsx';

export function Upstreams(): JSX.Element {
  const { snapshot } = usePage();
  return (
    <>
      <ViewTitle view="upstreams" />
      <section aria-label="Upstreams now">
        <div class="table-scroll whole stale-able" tabIndex={0} role="region" aria-label="Upstreams">
          <table class="upstreams">
            <thead>
              <tr>
                <th scope="col">upstream</th>
                <th scope="col">probes</th>
                <th scope="col">breaker</th>
                <th scope="col" class="number">
                  slots
                </th>
                <th scope="col" class="number">
                  waiting
                </th>
                <th scope="col" class="number">
                  connections
                </th>
                <th scope="col">in memory</th>
                <th scope="col">
                  <span class="unseen">actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {snapshot.state.upstreams.map((upstream) => (
                <UpstreamRow key={upstream.name} upstream={upstream} />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <PanelGrid view="upstreams" />
    </>
  );
}

function UpstreamRow({ upstream }: { readonly upstream: UpstreamView }): JSX.Element {
  const { pool, queue } = upstream;
  return (
    <tr>
      <th scope="row">
        {upstream.name}
        <span class="below">{upstream.simulator ? 'built-in simulator' : upstream.url}</span>
      </th>
      <td data-label="probes">
        {upstream.draining ? (
          <StateWord health="warn">draining</StateWord>
        ) : (
          <StateWord health={upstream.healthy ? 'ok' : 'bad'}>
            {upstream.healthy ? 'healthy' : 'unhealthy'}
          </StateWord>
        )}
        <span class="below">{upstream.healthy ? versionOf(upstream) : upstream.reason}</span>
      </td>
      <td data-label="breaker">
        {upstream.breakers.map((breaker) => (
          <BreakerCell key={breaker.name} breaker={breaker} named={breaker.name !== upstream.name} />
        ))}
      </td>
      <td class="number" data-label="slots">
        {queue === null ? NONE : `${queue.permitsInUse} of ${queue.permits}`}
      </td>
      <td class="number" data-label="waiting">
        {queue?.depth ?? NONE}
      </td>
      <td class="number" data-label="connections">
        {pool === null ? NONE : `${pool.connections} of ${pool.maxsize}`}
      </td>
      <td data-label="in memory">
        {upstream.resident.join(', ') || NONE}
        <span class="below">
          {upstream.models.length === 1 ? '1 model known' : `${upstream.models.length} models known`}
        </span>
      </td>
      <td>
        <Actions upstream={upstream} />
      </td>
    </tr>
  );
}

const versionOf = ({ kind, version }: UpstreamView): string =>
  version === null ? kind : `${kind} ${version}`;

const BREAKER_HEALTH: Readonly<Record<BreakerView['state'], Health>> = {
  closed: 'ok',
  open: 'bad',
  half_open: 'warn',
};

function BreakerCell({
  breaker,
  named,
}: {
  readonly breaker: BreakerView;
  readonly named: boolean;
}): JSX.Element {
  const { now } = usePage();
  const parts = [
    `for ${duration((now - breaker.since) / 1_000)}`,
    ...(breaker.retryAt === null ? [] : [nextTry(breaker.retryAt - now)]),
    ...(breaker.consecutiveFailures > 0 ? [`${breaker.consecutiveFailures} failures in a row`] : []),
  ];
  return (
    <div class="breaker">
      <StateWord health={BREAKER_HEALTH[breaker.state]}>
        {`${named ? `${breaker.name} ` : ''}${breaker.manual ?? breaker.state.replace('_', ' ')}`}
      </StateWord>
      <span class="below">{parts.join(', ')}</span>
    </div>
  );
}

/** Only what makes sense for the state it is in. */
function Actions({ upstream }: { readonly upstream: UpstreamView }): JSX.Element {
  const page = usePage();
  const button = (
    id: 'breaker.isolate' | 'breaker.reset' | 'upstream.drain' | 'upstream.resume',
    name: string,
    verb: string,
  ): JSX.Element | null =>
    offers(page, id) ? (
      <button
        type="button"
        key={`${id} ${name}`}
        aria-label={`${verb} ${name}`}
        onClick={() => page.ask({ id, subject: name })}
      >
        {verb}
      </button>
    ) : null;
  return (
    <div class="buttons">
      {upstream.breakers.map(({ name, state, manual }) =>
        state === 'closed' && manual === null
          ? button('breaker.isolate', name, 'Isolate')
          : button('breaker.reset', name, 'Reset'),
      )}
      {upstream.draining
        ? button('upstream.resume', upstream.name, 'Resume')
        : button('upstream.drain', upstream.name, 'Drain')}
    </div>
  );
}
