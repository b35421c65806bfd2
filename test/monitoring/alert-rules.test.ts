/**
 * Every alert, by the real promtool: it fires, just under it does not, it is pending before, it is quiet when idle and
 * (but for the one about missing targets) when series are missing, and a restart in between confuses it in no way. What
 * it says is compared to the letter.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { printRules } from '../../src/observability/rules/print-rules.ts';
import { alertsOf, DEFAULT_OBJECTIVES, ruleGroups } from '../../src/observability/rules/rules.ts';
import type { Alert, RuleGroup } from '../../src/observability/rules/rule.ts';
import { RUNBOOKS, runbookOf } from '../../src/observability/runbooks/runbooks.ts';
import { VIEWS } from '../../src/observability/panels/views.ts';
import { hasComponent } from '../support/components.ts';
import { ALERT_CASES, type AlertCase, type Series } from './alert-cases.ts';

const GROUPS = ruleGroups(DEFAULT_OBJECTIVES);
const ALERTS = alertsOf(GROUPS);
const OPTIONS = {
  job: 'llamascope',
  prefix: '',
  gatewayUrl: 'http://gateway',
  grafanaUrl: 'http://grafana',
};

function alertOf({ alert, labels }: AlertCase): Alert {
  const found = ALERTS.find(
    ({ name, extraLabels }) => name === alert && (extraLabels?.['slo'] ?? labels['slo']) === labels['slo'],
  );
  if (found === undefined) throw new Error(`no alert ${alert}`);
  return found;
}

/** The group of the alert, with no other alert in it. */
function groupWith(one: AlertCase): readonly RuleGroup[] {
  const alert = alertOf(one);
  return GROUPS.filter(({ alerts }) => alerts.includes(alert)).map((group) => ({
    ...group,
    alerts: [alert],
  }));
}

interface Expected {
  readonly exp_labels: Readonly<Record<string, string>>;
  readonly exp_annotations: Readonly<Record<string, string>>;
}

function expected(one: AlertCase, value: string = one.value): Expected {
  const { name, summary, description, view } = alertOf(one);
  const text = (template: string): string =>
    template
      .replace(/\{value:\w+\}/g, value)
      .replace(/\{(\w+)\}/g, (_, label: string) => one.labels[label] ?? '');
  return {
    exp_labels: one.labels,
    exp_annotations: {
      summary: text(summary),
      description: text(description),
      runbook_url: `http://gateway/runbooks/${name}`,
      dashboard_url: `http://grafana/d/llamascope-${view}`,
    },
  };
}

function promtoolTests(one: AlertCase): readonly unknown[] {
  const step = one.step ?? '30s';
  const test = (name: string, series: Series, at: string, alerts: readonly Expected[]): unknown => ({
    name: `${one.alert}: ${name}`,
    interval: step,
    input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
    alert_rule_test: [{ eval_time: at, alertname: one.alert, exp_alerts: alerts }],
  });
  const firing = [expected(one)];
  // A target that is missing has no name.
  const nameless = firing.map(({ exp_annotations, exp_labels }) => ({
    exp_labels: { severity: exp_labels['severity'], job: 'llamascope' },
    exp_annotations: Object.fromEntries(
      Object.entries(exp_annotations).map(([key, text]) => [
        key,
        text.replaceAll(one.labels['instance'] ?? '', ''),
      ]),
    ),
  })) as readonly Expected[];
  return [
    test('fires', one.fires, one.at, firing),
    test('just under', one.under, one.at, []),
    ...(one.pendingAt === null ? [] : [test('pending', one.fires, one.pendingAt, [])]),
    test('idle', one.idle, one.at, []),
    test(
      'series missing',
      { 'unrelated{job="other"}': '1x200' },
      one.at,
      one.missingFires === true ? nameless : [],
    ),
    ...(one.reset === null
      ? []
      : [test('counters reset', one.reset, one.at, [expected(one, one.resetValue)])]),
  ];
}

const withPromtool = describe.skipIf(!hasComponent('promtool') && process.env['CI'] !== 'true');

withPromtool('the rules, by promtool', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llamascope-rules-'));
  const rules = join(folder, 'rules.yml');
  writeFileSync(rules, printRules(GROUPS, OPTIONS));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('are clean', () => {
    const told = execFileSync('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', rules]).toString();
    expect(told).toMatch(/SUCCESS: \d+ rules found/);
  });

  it.each(ALERT_CASES.map((one) => [`${one.alert} ${one.labels['slo'] ?? ''}`, one] as const))(
    '%s fires when it should, and only then',
    { timeout: 60_000 },
    (_, one) => {
      const file = join(folder, 'test.yml');
      // Only the group in question: promtool evaluates every rule it is given at every step.
      const only = join(folder, 'only.yml');
      writeFileSync(only, printRules(groupWith(one), OPTIONS));
      const tests = promtoolTests(one);
      writeFileSync(file, stringify({ rule_files: [only], evaluation_interval: one.step ?? '30s', tests }));
      expect(run('promtool', ['test', 'rules', file])).toBe('SUCCESS');
    },
  );
});

describe('the alerts', () => {
  it('each have a test and a runbook, and every runbook an alert', () => {
    const names = [...new Set(ALERTS.map(({ name }) => name as string))].sort();
    expect([...new Set(ALERT_CASES.map(({ alert }) => alert))].sort()).toEqual(names);
    expect(RUNBOOKS.map(({ alert }) => alert as string).sort()).toEqual(names);
    expect(runbookOf('LlamascopeDown')?.diagnosis.length).toBeGreaterThan(2);
    expect(runbookOf('Nothing')).toBeNull();
  });

  it('lead to a view that exists, and say why they wait as long as they do', () => {
    const views = VIEWS.map(({ id }) => id as string);
    for (const alert of ALERTS) {
      expect(views).toContain(alert.view);
      expect(alert.forBecause.length).toBeGreaterThan(20);
    }
  });
});

function run(command: string, args: readonly string[]): string {
  try {
    const told = execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
    return /SUCCESS/.exec(told)?.[0] ?? told;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    return `${String(stdout ?? '')}${String(stderr ?? '')}`;
  }
}
