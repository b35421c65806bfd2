/**
 * Every alert, for real: gateways driven into the trouble it is about, the generated rules evaluated by Prometheus, routed by
 * Alertmanager with the generated configuration to a webhook that records them. Windows and waits are those of
 * `llamascope generate --speed`; nothing else is shortened.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monitoringArtefacts } from '../../src/observability/artefacts.ts';
import { alertsOf, DEFAULT_OBJECTIVES, ruleGroups } from '../../src/observability/rules/rules.ts';
import { startAlertmanager, startWebhook, type Alertmanager, type Notified, type Webhook } from '../support/alertmanager.ts';
import { hasComponent } from '../support/components.ts';
import { startPrometheus, type Prometheus } from '../support/prometheus.ts';
import { until } from '../support/until.ts';
import { storeAway, wrongHits } from './states/cache-trouble.ts';
import * as troubles from './states/trouble.ts';
import { endingWorkers } from './states/workers.ts';

/** 5 min become 2 s, an hour 24 s. */
const SPEED = 150;
const SCRAPE_MS = 250;
const ALERTS = alertsOf(ruleGroups(DEFAULT_OBJECTIVES));
const NAMES = [...new Set(ALERTS.map(({ name }) => name))].toSorted();
const has = ['prometheus', 'prometheus-alertmanager', 'redis-server'].every(hasComponent);

describe.skipIf(!has && process.env['CI'] !== 'true')('every alert', () => {
  let webhook: Webhook;
  let alertmanager: Alertmanager;
  let prometheus: Prometheus;
  let all: readonly troubles.Trouble[] = [];
  const loops: NodeJS.Timeout[] = [];
  /** Held back while the others fired, as it was seen at some moment. */
  const heldBack: Readonly<Record<string, string>>[] = [];

  const firing = (): readonly Notified[] => webhook.received.filter(({ status }) => status === 'firing');

  beforeAll(async () => {
    webhook = await startWebhook();
    const files = monitoringArtefacts({
      job: 'llamascope',
      prefix: '',
      gatewayUrl: 'http://gateway',
      grafanaUrl: 'http://grafana',
      webhookUrl: webhook.url,
      datasource: null,
      objectives: DEFAULT_OBJECTIVES,
      speed: SPEED,
    });
    alertmanager = await startAlertmanager(files['alertmanager/alertmanager.yml'] ?? '');
    prometheus = await startPrometheus([], SCRAPE_MS, {
      rules: files['prometheus/rules.yml'] ?? '',
      alertmanagerUrl: alertmanager.url,
    });
    all = await Promise.all([
      troubles.failingServers(),
      troubles.uselessCache(),
      troubles.failingEmbedder(),
      troubles.loadedInTurns(),
      troubles.slowStarts(),
      troubles.madeUpLabels(),
      wrongHits(),
      storeAway(),
      troubles.blockedLoop(),
      troubles.gatewayThatEnds(),
      endingWorkers(),
    ]);
    const urls = all.flatMap((trouble) => trouble.urls);
    prometheus.setTargets(urls);
    // What happens before the first scrape is no increase.
    await until(async () => (await prometheus.query('up')).length === urls.length, 'a scrape of each', 20_000);
    for (const { turn, everyMs } of all) keepUp(turn, everyMs);
  }, 60_000);
  afterAll(async () => {
    for (const loop of loops) clearTimeout(loop);
    loops.length = 0;
    await Promise.all(all.map((trouble) => trouble[Symbol.asyncDispose]()));
    await prometheus[Symbol.asyncDispose]();
    await alertmanager[Symbol.asyncDispose]();
    await webhook[Symbol.asyncDispose]();
  });

  function keepUp(turn: () => Promise<unknown>, everyMs: number): void {
    const at = loops.length;
    const next = (): void => {
      loops[at] = setTimeout(() => {
        void turn()
          .catch(() => undefined)
          .then(() => {
            if (at in loops) next();
          });
      }, everyMs);
    };
    next();
  }

  it('has a trouble that it is about', () => {
    expect(all.flatMap(({ alerts }) => alerts).toSorted()).toEqual(NAMES);
  });

  it('fires, and reaches the receiver of its severity with what it has to say', async () => {
    const missing = (): readonly string[] =>
      NAMES.filter((name) => !firing().some(({ labels }) => labels['alertname'] === name));
    await until(
      async () => {
        heldBack.push(...(await alertmanager.inhibited()));
        return missing().length === 0;
      },
      'every alert to be notified',
      120_000,
    ).catch((error: unknown) => {
      throw new Error(`not notified: ${missing().join(', ')}`, { cause: error });
    });
    for (const { path, labels, annotations } of firing()) {
      const { alertname = '', severity = '' } = labels;
      expect([alertname, path]).toEqual([alertname, severity === 'critical' ? '/pager' : '/tickets']);
      expect(annotations['runbook_url']).toBe(`http://gateway/runbooks/${alertname}`);
      expect(annotations['dashboard_url']).toMatch(/^http:\/\/grafana\/d\/llamascope-\w+$/);
      for (const text of [annotations['summary'], annotations['description']])
        expect([alertname, text]).toEqual([alertname, expect.not.stringMatching(/no value|NaN|\{|^$/)]);
    }
  }, 130_000);

  it('is held back where another one says it already', () => {
    const held = (alertname: string, labels: Readonly<Record<string, string>>): boolean =>
      heldBack.some((one) => Object.entries({ alertname, ...labels }).every(([key, value]) => one[key] === value));
    expect(held('LlamascopeUpstreamFailing', { breaker_name: 'broken' })).toBe(true);
    expect(held('LlamascopeErrorBudgetBurnSlow', { slo: 'availability' })).toBe(true);
    // One gateway that is down does not silence what the others have to say.
    expect(held('LlamascopeUpstreamUnhealthy', {})).toBe(false);
  });

  it('is resolved when the trouble is over', async () => {
    await all[0]?.heal?.();
    await until(
      () =>
        webhook.received.some(
          ({ status, labels }) => status === 'resolved' && labels['alertname'] === 'LlamascopeBreakerOpen',
        ),
      'the resolution of LlamascopeBreakerOpen',
      20_000,
    );
  }, 30_000);
});
