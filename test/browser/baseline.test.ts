/** What the page does behind a question, in a real Chromium: the baseline set and cleared, the cache purged; and a comparison opened. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openBrowser, openPage, SKIP_BROWSER } from '../support/browser.ts';
import type { StateReply } from '../../src/live/protocol-replies.ts';
import { answered, startPageStack, type PageStack } from '../support/page-stack.ts';
import { until } from '../support/until.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_RUN = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`;

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

describe.skipIf(SKIP_BROWSER)('baseline, comparison and purge on the page', () => {
  let browser: Browser;
  let stack: PageStack;
  beforeAll(async () => {
    [browser, stack] = await Promise.all([openBrowser(), startPageStack()]);
  });
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
    await browser.close();
  });

  it('explains itself, refuses a window without traffic, then shows then and now', async () => {
    await using opened = await openPage(browser, `${stack.page}#/compare`);
    const { page } = opened;
    await page.waitForSelector('[data-view="compare"] .panel-empty >> text=/No baseline is set/');
    await page.click('button >> text="Set baseline"');
    await page.click('dialog .primary');
    await page.waitForSelector('dialog [role="alert"] >> text=/expected a window with traffic/');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });

    await using _ = stack.load();
    // More than the 20 that a judgement needs: the last second of them may not have been sampled yet.
    await answered(stack, 80);
    // Refused until the second with the first request has been sampled.
    await until(async () => {
      const reply = await fetch(`${stack.url}/dashboard/api/state`);
      return Object.keys(((await reply.json()) as StateReply).values['success'] ?? {}).length > 0;
    }, 'a second with traffic');
    await page.click('button >> text="Set baseline"');
    await page.click('dialog .primary');
    await page.waitForSelector('.toast >> text="The baseline is set"');
    const row = '[aria-label="Against the baseline"] tr:has(th:text("Success ratio"))';
    // Nothing is judged before each side has 20 requests.
    await page.waitForSelector(`${row} >> text="the same"`);
    expect(await page.textContent(row)).toMatch(/^Success ratio100\s%100\s%0 points/);
    expect(await page.textContent('[data-view="compare"]')).toContain('Kept in memory');
    await page.evaluate(AXE);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await page.evaluate<string[]>(AXE_RUN)).toEqual([]);
    }
    const folder = path.resolve('.cache/screenshots');
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, 'baseline-light.png') });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: path.join(folder, 'baseline-phone.png') });
    expect(
      await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
    ).toBeLessThanOrEqual(0);

    await page.click('button >> text="Clear"');
    await page.click('dialog .primary');
    await page.waitForSelector('[data-view="compare"] .panel-empty >> text=/No baseline is set/');
    expect(await opened.problems()).toEqual([]);
  });

  it('shows a comparison from its file, and says when a file is none', async () => {
    await using opened = await openPage(browser, `${stack.page}#/compare`);
    const { page } = opened;
    const file = (text: string): { name: string; mimeType: string; buffer: Buffer } => ({
      name: 'report.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
    const variant = (name: string, success: number): unknown => ({
      variant: name,
      n: 300,
      success,
      interval: { low: success - 0.04, high: success + 0.01 },
      outcomes: { wrong: 0 },
      p50Ms: 292,
      p95Ms: 1_335,
      upstreamRequests: 300,
    });
    const report = {
      version: 1,
      verdict: 'Success 17.3 % → 98 %.',
      plan: { scenario: { name: 'sprint1', summary: 'Ten impatient clients.' } },
      summary: { variants: [variant('direct', 0.173), variant('all', 0.98)] },
    };
    await page.setInputFiles('input[type="file"]', file(JSON.stringify(report)));
    const rows = page.locator('[aria-label="Comparison"] tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(2);
    expect(await rows.first().textContent()).toMatch(/^direct17\s% of 300/);
    expect(await page.textContent('[data-view="compare"]')).toContain('Success 17.3 % → 98 %.');
    await page.evaluate(AXE);
    expect(await page.evaluate<string[]>(AXE_RUN)).toEqual([]);
    mkdirSync(path.resolve('.cache/screenshots'), { recursive: true });
    await page.screenshot({ path: path.resolve('.cache/screenshots/comparison-light.png') });
    await page.setInputFiles('input[type="file"]', file('{}'));
    await page.waitForSelector('[role="alert"] >> text=/report.json is no report.json/');
  });

  it('purges the cache behind its question, and the log has it', async () => {
    await using opened = await openPage(browser, `${stack.page}#/cache`);
    const { page } = opened;
    await using _ = stack.load();
    await until(() => stack.gateway.state.cache().entries > 0, 'something stored');
    await page.click('button >> text=/^Purge/');
    await page.click('dialog .primary');
    await page.waitForSelector('.toast >> text="The cache was purged"');
    const events = await (await fetch(`${stack.url}/dashboard/api/events`)).text();
    expect(events).toContain('cache.purge');
  });
});
