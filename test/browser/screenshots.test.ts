/**
 * The page as it looks: healthy, with a breaker open, empty, and left behind by its gateway; in both themes, on a desk and on a
 * phone. The pictures go to .cache/screenshots. With LLAMASCOPE_SCREENSHOTS=docs the traffic runs for five minutes first and the
 * pictures go to docs/images; look at each before it is committed.
 */
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, SKIP_BROWSER } from '../support/browser.ts';
import { openLine } from '../support/cuttable-line.ts';
import { answered, startPageStack, type PageStack } from '../support/page-stack.ts';
import { until } from '../support/until.ts';

const FOR_DOCS = process.env['LLAMASCOPE_SCREENSHOTS'] === 'docs';
const FOLDER = path.resolve(FOR_DOCS ? 'docs/images' : '.cache/screenshots');
const LOOKS = [
  { name: 'light', width: 1440, height: 900, theme: 'light' },
  { name: 'dark', width: 1440, height: 900, theme: 'dark' },
  { name: 'phone-light', width: 390, height: 844, theme: 'light' },
  { name: 'phone-dark', width: 390, height: 844, theme: 'dark' },
] as const;

/** In all looks; the picture has to show something, and no more than fits. */
async function pictures(page: Page, state: string): Promise<void> {
  for (const { name, width, height, theme } of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await until(
      () => page.evaluate<boolean>(`document.documentElement.dataset.theme === '${theme}'`),
      'the theme',
    );
    // Two frames: the charts are drawn anew for the theme and the width.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const file = path.join(FOLDER, `overview-${state}-${name}.png`);
    await page.screenshot({ path: file });
    expect(statSync(file).size).toBeGreaterThan(15_000);
    expect(
      await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
    ).toBeLessThanOrEqual(0);
  }
}

describe.skipIf(SKIP_BROWSER)('pictures of the live page', () => {
  let browser: Browser;
  let stack: PageStack;
  let load: AsyncDisposable;
  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    [browser, stack] = await Promise.all([openBrowser(), startPageStack()]);
  });
  afterAll(async () => {
    await load?.[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
    await browser.close();
  });

  it(
    'empty, healthy, a breaker open, stale',
    async () => {
      await using line = await openLine(stack.url);
      await using opened = await openPage(browser, `${line.url}/dashboard/#/overview?range=300`);
      const { page } = opened;
      await page.waitForSelector('[data-state="empty"]');
      await pictures(page, 'empty');

      load = stack.load();
      await answered(stack, 30);
      await page.waitForSelector('[data-panel="requests"] canvas');
      await new Promise((resolve) => setTimeout(resolve, FOR_DOCS ? 290_000 : 3_000));
      await pictures(page, 'healthy');

      // The one that the traffic goes to: the other may never be asked.
      const busiest = stack.simulators.toSorted((a, b) => b.state().received - a.state().received)[0];
      busiest?.setFaults({ rules: [{ fault: 'status', status: 500 }] });
      await page.waitForSelector('.verdict[data-status="degraded"]');
      await new Promise((resolve) => setTimeout(resolve, FOR_DOCS ? 25_000 : 1_500));
      await pictures(page, 'breaker-open');

      line.turnTo(null);
      line.cut();
      await page.waitForSelector('[data-state="stale"]');
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await pictures(page, 'stale');
      expect(await opened.problems()).toEqual([]);
    },
    FOR_DOCS ? 420_000 : 120_000,
  );
});
