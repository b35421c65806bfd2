/** What is generated, read by the programs it is for; and the runbooks, served by a real gateway. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasComponent } from '../support/components.ts';
import { startStack } from '../support/stack.ts';

const MONITORING = path.resolve(import.meta.dirname, '../../monitoring');
const withReal = (program: string): typeof describe =>
  describe.skipIf(!hasComponent(program) && process.env['CI'] !== 'true') as typeof describe;

withReal('promtool')('the Prometheus configuration', () => {
  it('is accepted, with its rules', () => {
    const told = execFileSync('promtool', ['check', 'config', `${MONITORING}/prometheus/prometheus.yml`]).toString();
    expect(told).toMatch(/SUCCESS: 1 rule files found/);
    expect(told).toMatch(/prometheus\.yml is valid/);
  });
});

withReal('amtool')('the Alertmanager configuration', () => {
  const file = `${MONITORING}/alertmanager/alertmanager.yml`;
  it('is accepted', () => {
    expect(execFileSync('amtool', ['check-config', file]).toString()).toMatch(/SUCCESS/);
  });

  it.each([
    ['critical', 'LlamascopeBreakerOpen', 'pager'],
    ['warning', 'LlamascopeQueueSaturated', 'tickets'],
    ['info', 'LlamascopeAnything', 'nobody'],
  ])('sends %s to %s', (severity, alertname, receiver) => {
    const args = ['config', 'routes', 'test', `--config.file=${file}`, `--verify.receivers=${receiver}`];
    const told = execFileSync('amtool', [...args, `alertname=${alertname}`, `severity=${severity}`]);
    expect(told.toString().trim()).toBe(receiver);
  });
});

describe('the runbooks', () => {
  it('are served without a token, under a policy that lets nothing in, in the names of this gateway', async () => {
    await using stack = await startStack({
      config: { admin: { token: 'secret' }, metrics: { prefix: 'team_' } },
    });
    const index = await fetch(`${stack.url}/runbooks`);
    expect(index.url).toBe(`${stack.url}/runbooks/`);
    expect(await index.text()).toContain('<a href="LlamascopeBreakerOpen">');
    const one = await fetch(`${stack.url}/runbooks/LlamascopeBreakerOpen`);
    expect(one.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const page = await one.text();
    for (const heading of ['Meaning', 'Impact', 'Diagnosis', 'Mitigation', 'False positives'])
      expect(page).toContain(`<h2>${heading}</h2>`);
    expect(page).toContain('team_circuit_breaker_transitions_total{to_state=&#34;open&#34;}');
    const none = await fetch(`${stack.url}/runbooks/LlamascopeNothing`);
    expect([none.status, await none.text()]).toEqual([404, expect.stringContaining('there is no runbook') as string]);
  });
});
