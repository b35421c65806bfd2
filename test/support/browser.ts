/** A real Chromium and pages in it that write down everything they must not do. */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { hasComponent } from './components.ts';

/** Debian calls it chromium, others chromium-browser or google-chrome. */
const PROGRAM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Skipped where a person can install it, and failing where nobody would notice. */
export const SKIP_BROWSER: boolean = !hasComponent('chromium') && process.env['CI'] !== 'true';

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: PROGRAM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
}

export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Exceptions, errors on the console, breaches of the policy, requests to other origins. */
  problems(): Promise<readonly string[]>;
}

/** Opens an address in a context of its own: no storage, no cache, no other tab. */
export async function openPage(browser: Browser, url: string, look: Look = {}): Promise<WatchedPage> {
  const { width = 1440, height = 900, theme = 'light' } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const seen: string[] = [];
  const { origin } = new URL(url);
  page.on('pageerror', (error) => seen.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    // A refused connection is what some of these tests are about.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      seen.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const target = request.url();
    if (!target.startsWith(`${origin}/`) && !target.startsWith('blob:')) seen.push(`request: ${target}`);
  });
  await page.addInitScript(`
    window.breaches = [];
    addEventListener('securitypolicyviolation', (event) => {
      window.breaches.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber);
    });`);
  await page.goto(url);
  return {
    page,
    context,
    problems: async () => [
      ...seen,
      ...(await page.evaluate<string[]>('window.breaches')).map((one) => `policy: ${one}`),
    ],
    [Symbol.asyncDispose]: () => context.close(),
  };
}
