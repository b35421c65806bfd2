/** The objectives on the page: from the gateway's own history and from a real Prometheus with the generated rules, which agree. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Browser } from 'playwright-core';
import type { ObjectiveReply, SloReply } from '../../src/live/protocol-replies.ts';
import { printRules } from '../../src/observability/rules/print-rules.ts';
import { DEFAULT_OBJECTIVES, ruleGroups } from '../../src/observability/rules/rules.ts';
import { openBrowser, openPage, SKIP_BROWSER } from '../support/browser.ts';
import { hasComponent } from '../support/components.ts';
import { openLine } from '../support/cuttable-line.ts';
import { answered, startPageStack } from '../support/page-stack.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const RULES = printRules(ruleGroups(DEFAULT_OBJECTIVES), {
  job: 'llamascope',
  prefix: '',
  gatewayUrl: 'http://gateway',
  grafanaUrl: 'http://grafana',
});

describe.skipIf(SKIP_BROWSER || !hasComponent('prometheus'))('the objectives on the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  it('burn as Prometheus says, and stay there when it goes away', async () => {
    await using prometheus = await startPrometheus([], 500, { rules: RULES });
    await using line = await openLine(prometheus.url);
    await using stack = await startPageStack({
      cache: { mode: 'off' },
      retry: { max: 0 },
      dashboard: { prometheusUrl: line.url },
    });
    prometheus.setTargets([stack.url]);
    for (const simulator of stack.simulators)
      simulator.setFaults({ seed: 1, rules: [{ fault: 'status', status: 429, rate: 0.5 }] });
    const ask = async (): Promise<SloReply> =>
      (await (await fetch(`${stack.url}/dashboard/api/slo`)).json()) as SloReply;
    const availability = ({ objectives }: SloReply): ObjectiveReply | undefined =>
      objectives.find(({ name }) => name === 'availability');
    // Scraped before the first request, so that both saw it come.
    await until(async () => (await prometheus.query('up == 1')).length === 1, 'a scrape', 20_000);
    const before = await ask();
    expect(before.objectives.map(({ name }) => name)).toEqual(['availability', 'first-token']);
    expect(availability(before)?.live).toMatchObject({ m5: null, left: null });

    {
      await using _load = stack.load();
      await answered(stack, 10);
    }
    // Nothing is asked any more: both come to rest on the same figure.
    const agreed = await until(
      async () => {
        const { live, prometheus: there } = availability(await ask()) ?? {};
        if (live?.m5 === null || live?.m5 === undefined || there?.m5 === null || there?.m5 === undefined)
          return null;
        return Math.abs(live.m5 - there.m5) < 0.05 * live.m5 ? { live, there } : null;
      },
      'both to agree',
      30_000,
    );
    expect(agreed.live.m5).toBeGreaterThan(10);
    expect(agreed.live.m5).toBeLessThan(100);
    expect(agreed.live.left).toBeLessThan(1);
    expect(agreed.there.left).toBeLessThan(1);

    await using opened = await openPage(browser, `${stack.page}#/slo`);
    const { page } = opened;
    const shown = async (from: string): Promise<string> =>
      (await page.textContent(`[data-slo="availability"][data-from="${from}"] [data-figure="m5"]`)) ?? '';
    await page.waitForSelector('[data-slo="availability"][data-from="Prometheus"]');
    for (const from of ['history', 'Prometheus']) expect(await shown(from)).toMatch(/^ ?\d+(\.\d+)?×$/);

    line.turnTo(null);
    line.cut();
    await page.waitForSelector('text=Prometheus did not answer', { timeout: 20_000 });
    expect(await page.locator('[data-from="Prometheus"]').count()).toBe(0);
    expect(await shown('history')).toMatch(/×$/);
    line.turnTo(prometheus.url);
    await page.waitForSelector('[data-slo="availability"][data-from="Prometheus"]', { timeout: 20_000 });
    expect(await opened.problems()).toEqual([]);
  });

  it('say so when Prometheus has no rules', async () => {
    await using prometheus = await startPrometheus([], 500);
    await using stack = await startPageStack({
      cache: { mode: 'off' },
      dashboard: { prometheusUrl: prometheus.url },
    });
    const reply = (await (await fetch(`${stack.url}/dashboard/api/slo`)).json()) as SloReply;
    expect(reply.problem).toContain('llamascope generate');
    expect(reply.objectives.every(({ prometheus: there }) => there === null)).toBe(true);
  });
});
