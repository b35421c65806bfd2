import type { JSX } from 'preact';
import type { SemanticHit } from '../../../src/live/protocol.ts';
import { dayTime, NONE } from '../format.ts';
import { offers, usePage } from '../page-context.ts';
import { StateWord } from './state-mark.tsx';

const SHOWN = 50;

/** Questions that were answered by meaning, newest first: the place to find out whether the cache can be trusted. */
export function HitTable(): JSX.Element {
  const { snapshot } = usePage();
  const hits = snapshot.hits.slice(-SHOWN).reverse();
  const { features, privacy } = snapshot.hello;
  return (
    <section>
      <div class="section-head">
        <h2 class="section-title">Recent semantic hits</h2>
        {!privacy.showText && features.semanticHits && (
          <p class="note">
            The questions themselves are not kept: <code>dashboard.showText</code> is off.
          </p>
        )}
      </div>
      {hits.length === 0 ? (
        <p class="panel-empty">
          {features.semanticHits
            ? 'No question has been answered by meaning yet.'
            : `With cache mode ${snapshot.state.cache.mode} only identical requests are answered from the cache.`}
        </p>
      ) : (
        <div class="table-scroll stale-able" tabIndex={0} role="region" aria-label="Recent semantic hits">
          <table>
            <thead>
              <tr>
                <th scope="col">time</th>
                <th scope="col">model</th>
                <th scope="col" class="number">
                  similarity
                </th>
                <th scope="col">guard</th>
                <th scope="col">answer</th>
                {privacy.showText && <th scope="col">asked / stored</th>}
                <th scope="col">
                  <span class="unseen">actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {hits.map((hit) => (
                <HitRow key={`${hit.at} ${hit.requestId ?? ''} ${hit.entryId ?? ''}`} hit={hit} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function HitRow({ hit }: { readonly hit: SemanticHit }): JSX.Element {
  const page = usePage();
  const { entryId } = hit;
  const passed = hit.guard === 'passed';
  const action = offers(page, 'cache.judge') ? 'cache.judge' : 'cache.forget';
  return (
    <tr>
      <th scope="row">{dayTime(hit.at / 1_000, page.now / 1_000)}</th>
      <td>{hit.model ?? NONE}</td>
      <td class="number">{hit.similarity === null ? NONE : hit.similarity.toFixed(3)}</td>
      <td>
        <StateWord health={passed ? 'ok' : 'warn'}>{hit.guard.replaceAll('_', ' ')}</StateWord>
      </td>
      <td>{hit.served ? 'served' : 'shadow only'}</td>
      {page.snapshot.hello.privacy.showText && (
        <td class="texts">
          {hit.text?.asked ?? NONE}
          <span class="below">{hit.text?.stored ?? ''}</span>
        </td>
      )}
      <td>
        {entryId !== null && offers(page, action) && (
          <div class="buttons">
            <button type="button" onClick={() => page.ask({ id: action, subject: entryId })}>
              This was wrong
            </button>
          </div>
        )}
      </td>
    </tr>
  );
}
