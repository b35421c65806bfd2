/** The page: what the gateway says, the view the address names, and what may be done. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ACTION_WORDS, perform } from './actions.ts';
import { useAddress, VIEW_NAMES, type Address } from './address.ts';
import { openSpans } from './charts/panel-data.ts';
import type { Feed } from './feed/connection.ts';
import type { Snapshot } from './feed/snapshot.ts';
import { usePast } from './feed/use-past.ts';
import { PageContext, type ActionRequest, type Page } from './page-context.ts';
import { Banners, isStale } from './parts/banners.tsx';
import { Confirm } from './parts/confirm.tsx';
import { ErrorBoundary } from './parts/error-boundary.tsx';
import { Head, Rail } from './parts/head.tsx';
import { toast, Toasts } from './parts/toast.tsx';
import { TokenEntry } from './parts/token-entry.tsx';
import { ThemeContext, useTheme, type ThemeChoice } from './theme.ts';
import { token } from './token.ts';
import { useFeed, useNow } from './use-feed.ts';
import { viewOf } from './views/view-of.tsx';

export function App(): JSX.Element {
  const { feed: live, reconnect } = useFeed();
  const address = useAddress();
  const { theme, choice, choose } = useTheme();
  const [held, setHeld] = useState<{ readonly feed: Feed; readonly at: number } | null>(null);
  const [request, setRequest] = useState<ActionRequest | null>(null);
  const browserNow = useNow(500);
  const feed = held?.feed ?? live;
  const { snapshot } = feed;
  const now = held?.at ?? gatewayNow(feed, browserNow);
  const ids = useMemo(() => panelsOf(snapshot, address), [snapshot?.hello, address.view]);
  const { past, problem } = usePast(ids, address.range, live, held !== null);
  const marks = useMemo(() => openSpans(past.get('breakers')), [past]);
  useEffect(() => titleOf(snapshot, address), [snapshot?.state.verdict.status, address.view]);
  const page: Page | null =
    snapshot === null ? null : { snapshot, address, past, marks, now, ask: setRequest };
  const pause = (paused: boolean): void =>
    setHeld(paused ? { feed: live, at: gatewayNow(live, Date.now()) } : null);

  return (
    <ThemeContext.Provider value={theme}>
      <div class={`shell ${isStale(live, browserNow) ? 'is-stale' : ''}`}>
        <a class="skip" href="#main" onClick={skipToMain}>
          Skip to content
        </a>
        <Head
          snapshot={snapshot}
          address={address}
          now={now}
          paused={held !== null}
          theme={theme}
          setPaused={pause}
          switchTheme={() => choose(theme === 'dark' ? 'light' : 'dark')}
        />
        <Rail snapshot={live.snapshot} address={address} />
        <main class="main" id="main" tabIndex={-1}>
          <Banners
            feed={live}
            browserNow={browserNow}
            pausedAt={held?.at ?? null}
            historyProblem={problem}
            retry={reconnect}
            resume={() => pause(false)}
          />
          <Content page={page} line={live.line} reconnect={reconnect} theme={choice} chooseTheme={choose} />
        </main>
        <Toasts />
        {page !== null && request !== null && (
          <Asking page={page} request={request} onClose={() => setRequest(null)} />
        )}
      </div>
    </ThemeContext.Provider>
  );
}

interface ContentProps {
  readonly page: Page | null;
  readonly line: Feed['line'];
  readonly theme: ThemeChoice;
  readonly reconnect: () => void;
  readonly chooseTheme: (choice: ThemeChoice) => void;
}

function Content({ page, line, reconnect, theme, chooseTheme }: ContentProps): JSX.Element {
  if (line.state === 'unauthorised') return <TokenEntry refused={token() !== null} onEntered={reconnect} />;
  if (line.state === 'outdated') {
    return (
      <section class="notice">
        <h1>The gateway is newer than this page</h1>
        <button type="button" class="primary" onClick={() => location.reload()}>
          Load the page again
        </button>
      </section>
    );
  }
  if (page === null) {
    return (
      <section class="notice" data-state="loading" aria-busy="true">
        <h1>{line.state === 'lost' ? 'The gateway does not answer' : 'Asking the gateway…'}</h1>
        {line.state === 'lost' && <p>{line.why}. This page tries again by itself.</p>}
      </section>
    );
  }
  const { view } = page.address;
  return (
    <PageContext.Provider value={page}>
      <ErrorBoundary name={VIEW_NAMES[view]} key={view}>
        <div class="view" data-view={view}>
          {viewOf(view, { theme, chooseTheme, forgetToken: reconnect })}
        </div>
      </ErrorBoundary>
    </PageContext.Provider>
  );
}

function Asking({
  page,
  request,
  onClose,
}: {
  readonly page: Page;
  readonly request: ActionRequest;
  readonly onClose: () => void;
}): JSX.Element | null {
  const action = page.snapshot.hello.actions.find(({ id }) => id === request.id);
  if (action === undefined) return null;
  const words = ACTION_WORDS[request.id];
  return (
    <Confirm
      title={words.title(request.subject)}
      verb={words.verb}
      onClose={onClose}
      act={async () => {
        await perform(action, request);
        toast(words.done(request.subject));
      }}
    >
      {words.effect.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Confirm>
  );
}

function gatewayNow(feed: Feed, browserNow: number): number {
  const { snapshot, heardAt } = feed;
  if (snapshot === null) return browserNow;
  // Between ticks the axis stands still; it must not run ahead of the data while the line is broken.
  return snapshot.tick === null ? browserNow + snapshot.clockShift : heardAt + snapshot.clockShift;
}

/** What the view draws, the breakers for the marks on every chart, and what its tiles are made of. */
function panelsOf(snapshot: Snapshot | null, { view }: Address): readonly string[] {
  if (snapshot === null) return [];
  const shown = snapshot.hello.views.find(({ id }) => id === view)?.panels.map(({ id }) => id) ?? [];
  return [...new Set([...shown, 'breakers'])].filter((id) => snapshot.panels.has(id));
}

/** The state first, so that it can be read on a tab that is not in front. */
function titleOf(snapshot: Snapshot | null, { view }: Address): void {
  const status = snapshot?.state.verdict.status;
  const state = status === undefined || status === 'ok' ? '' : `${status === 'down' ? 'Down' : 'Degraded'}: `;
  document.title = `${state}Llamascope, ${VIEW_NAMES[view]}`;
}

/** The address after `#` is taken by the view, so the link moves the focus itself. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
