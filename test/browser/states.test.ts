/** The live page when things are not as they should be: no traffic, no token, no gateway. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openBrowser, openPage, SKIP_BROWSER } from '../support/browser.ts';
import { openLine } from '../support/cuttable-line.ts';
import { answered, startPageStack } from '../support/page-stack.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** No embedder: it takes seconds to load, and nothing here asks for one. */
const LIGHT = { cache: { mode: 'exact', sampled: true } } as const;

/** Understood as a history, and then without its values. */
const BROKEN = {
  panel: 'latency',
  stepSeconds: 60,
  windowSeconds: 60,
  times: [1, 2],
  series: [{ values: null }],
};

describe.skipIf(SKIP_BROWSER)('the live page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  it('says how to begin when nobody has asked anything, and shows the first request when it comes', async () => {
    await using stack = await startPageStack(LIGHT);
    await using opened = await openPage(browser, stack.page);
    const { page } = opened;
    await page.waitForSelector('[data-state="empty"]');
    const command = (await page.textContent('[data-state="empty"] pre')) ?? '';
    expect(command).toContain(`curl ${stack.url}/api/chat`);
    const body = /-d '(.*)'$/s.exec(command.trim())?.[1] ?? '';
    const response = await fetch(`${stack.url}/api/chat`, { method: 'POST', body });
    expect([response.status, (await response.text()).includes('"done":true')]).toEqual([200, true]);
    await page.waitForSelector('[data-panel="requests"]');
    expect(await opened.problems()).toEqual([]);
  });

  it('left behind a dead gateway says so within five seconds and recovers by itself', async () => {
    await using stack = await startPageStack(LIGHT);
    await using line = await openLine(stack.url);
    await using load = stack.load();
    await answered(stack, 5);
    await using opened = await openPage(browser, `${line.url}/dashboard/`);
    const { page } = opened;
    await page.waitForSelector('[data-panel="requests"] .legend-value');

    const took: Record<string, number> = {};
    for (const [how, kill] of [
      [
        'gone',
        (): void => {
          line.turnTo(null);
          line.cut();
        },
      ],
      [
        'hanging',
        (): void => {
          line.hang();
        },
      ],
    ] as const) {
      const began = performance.now();
      kill();
      await page.waitForSelector('[data-state="stale"]');
      took[how] = Math.round(performance.now() - began);
      expect(await page.textContent('[data-state="stale"]')).toMatch(/Data is .* old/);
      line.turnTo(stack.url);
      line.cut();
      await page.waitForSelector('[data-state="stale"]', { state: 'detached' });
    }
    process.stdout.write(`page: a dead gateway was noticed after ${JSON.stringify(took)} ms\n`);
    expect(Math.max(...Object.values(took))).toBeLessThan(5_000);

    // Another process behind the same address.
    await using next = await startPageStack(LIGHT);
    line.turnTo(next.url);
    line.cut();
    await page.waitForSelector('[data-state="restarted"]');
    expect(await opened.problems()).toEqual([]);
    await load[Symbol.asyncDispose]();
  });

  it('asks for the token where the gateway does, and keeps it in the tab alone', async () => {
    await using stack = await startPageStack({ ...LIGHT, admin: { token: 'a-token-long-enough-to-be-one' } });
    await using opened = await openPage(browser, stack.page);
    const { page, context } = opened;
    await page.fill('#token', 'not-it');
    await page.click('button[type="submit"]');
    await page.waitForSelector('#token-refused');
    await page.fill('#token', 'a-token-long-enough-to-be-one');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.verdict');
    expect(
      await page.evaluate<string>('JSON.stringify({ ...localStorage }) + document.cookie + location.href'),
    ).not.toContain('long-enough');
    await page.reload();
    await page.waitForSelector('.verdict');
    const other = await context.newPage();
    await other.goto(stack.page);
    await other.waitForSelector('#token');
    expect(await opened.problems()).toEqual([]);
  });

  it('says what is missing when the Prometheus of long ranges does not answer, and shows what there is', async () => {
    await using stack = await startPageStack({
      ...LIGHT,
      // Nobody listens on the port for discarding.
      dashboard: { prometheusUrl: 'http://127.0.0.1:9' },
    });
    await using load = stack.load();
    await answered(stack, 5);
    await using opened = await openPage(browser, `${stack.page}#/overview?range=604800`);
    const { page } = opened;
    await page.waitForSelector('[data-state="partial"]');
    expect(await page.textContent('[data-state="partial"]')).toContain('Prometheus does not answer');
    expect(await page.textContent('.choices')).toContain('30 d');
    await page.click('.choices button:first-child');
    await page.waitForSelector('[data-panel="requests"] canvas');
    expect(await opened.problems()).toEqual([]);
    await load[Symbol.asyncDispose]();
  });

  it('says which panel could not be shown, and shows the others', async () => {
    await using stack = await startPageStack(LIGHT);
    await using load = stack.load();
    await answered(stack, 5);
    await using opened = await openPage(browser, stack.page);
    const { page } = opened;
    await page.route(/api\/history\?panel=latency&/, (route) => route.fulfill({ json: BROKEN }));
    await page.reload();
    await page.waitForSelector('[data-panel="latency"] [role="alert"]');
    expect(await page.textContent('[data-panel="latency"]')).toContain('Request duration could not be shown');
    await page.waitForSelector('[data-panel="requests"] canvas');
    await page.unroute(/api\/history\?panel=latency&/);
    await load[Symbol.asyncDispose]();
  });

  it('shows before the gateway has answered that it is asking, and that it does not answer', async () => {
    await using stack = await startPageStack(LIGHT);
    await using line = await openLine(stack.url);
    await using opened = await openPage(browser, `${line.url}/dashboard/`);
    const { page } = opened;
    await page.waitForSelector('.verdict');
    await page.route(/api\/stream/, (route) => route.abort());
    await page.reload();
    await page.waitForSelector('[data-state="loading"]');
    await until(
      async () => (await page.textContent('body'))?.includes('The gateway does not answer'),
      'the sentence that the gateway does not answer',
    );
    await page.unroute(/api\/stream/);
    await page.waitForSelector('.verdict');
  });
});
