import type { JSX } from 'preact';
import { dayTime, duration } from '../format.ts';
import { offers, usePage } from '../page-context.ts';
import { Choices } from '../parts/choices.tsx';
import { keepToken, token } from '../token.ts';
import type { ThemeChoice } from '../theme.ts';

const THEMES = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const satisfies readonly (readonly [ThemeChoice, string])[];

export interface SettingsProps {
  readonly theme: ThemeChoice;
  readonly chooseTheme: (choice: ThemeChoice) => void;
  readonly forgetToken: () => void;
}

export function Settings(props: SettingsProps): JSX.Element {
  const page = usePage();
  return (
    <>
      <header class="view-title">
        <h1>Settings</h1>
      </header>
      <PageSettings {...props} />
      <GatewayFacts />
      {offers(page, 'config.reload') && (
        <section>
          <div class="section-head">
            <h2 class="section-title">Configuration</h2>
            <p class="note">Read again from its file, without dropping a request.</p>
          </div>
          <button type="button" class="spaced" onClick={() => page.ask({ id: 'config.reload', subject: '' })}>
            Reload configuration
          </button>
        </section>
      )}
      <section>
        <div class="section-head">
          <h2 class="section-title">Raw</h2>
          <p class="note">What other programs read. Where the gateway asks for a token, they need it too.</p>
        </div>
        <ul class="bullets">
          {['metrics', 'health', 'admin/'].map((path) => (
            <li key={path}>
              <a href={`../${path}`}>/{path}</a>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function PageSettings({ theme, chooseTheme, forgetToken }: SettingsProps): JSX.Element {
  const forget = (): void => {
    keepToken(null);
    forgetToken();
  };
  return (
    <section>
      <div class="section-head">
        <h2 class="section-title">This page</h2>
        <p class="note">Kept in this browser.</p>
      </div>
      <dl class="facts spaced">
        <dt>Theme</dt>
        <dd>
          <Choices label="Theme" options={THEMES} value={theme} choose={chooseTheme} />
        </dd>
        {token() !== null && (
          <>
            <dt>Token</dt>
            <dd>
              <button type="button" onClick={forget}>
                Forget the token
              </button>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

function GatewayFacts(): JSX.Element {
  const { snapshot, now } = usePage();
  const { product, startedAt, history, features, privacy, links } = snapshot.hello;
  const { workers } = snapshot.state;
  const facts: readonly (readonly [string, string])[] = [
    ['Version', `${product.version} on Node ${product.node.replace(/^v/, '')}`],
    ['Clients ask', product.url],
    ['Started', `${dayTime(startedAt / 1_000, now / 1_000)}, ${duration((now - startedAt) / 1_000)} ago`],
    ['Workers', `${workers.reporting} of ${workers.expected} reporting`],
    ['Viewers now', String(snapshot.tick?.viewers ?? 1)],
    [
      'History',
      history.tiers
        .map(({ stepSeconds, spanSeconds }) => `${duration(stepSeconds)} steps for ${duration(spanSeconds)}`)
        .join('; '),
    ],
    ['Survives a restart', features.snapshot ? 'yes' : 'no'],
    [
      'Long ranges',
      links.prometheus === null ? 'from this gateway alone' : `from Prometheus at ${links.prometheus}`,
    ],
    ['Questions in the hit list', privacy.showText ? 'shown' : 'never kept'],
  ];
  return (
    <section>
      <div class="section-head">
        <h2 class="section-title">This gateway</h2>
      </div>
      <dl class="facts spaced">
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
