import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliIo } from './io.ts';
import { runCli } from './run.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llamascope-cli-generate-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function generate(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const io: CliIo = {
    env: {},
    cwd: folder,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    status: () => undefined,
    onSignal: () => () => undefined,
    onHangup: () => () => undefined,
  };
  return { code: await runCli(['generate', ...args], io), out: out.join('\n'), err: err.join('\n') };
}

describe('llamascope generate', () => {
  it('needs no configuration, writes everything, and knows when it is out of date', async () => {
    const { code, out } = await generate('--out', 'm');
    expect([code, out]).toEqual([0, expect.stringContaining('m/prometheus/rules.yml') as string]);
    expect(readFileSync(join(folder, 'm/prometheus/rules.yml'), 'utf8')).toContain('alert: LlamascopeDown');
    expect((await generate('--out', 'm', '--check')).code).toBe(0);
    writeFileSync(join(folder, 'm/prometheus/rules.yml'), '');
    const stale = await generate('--out', 'm', '--check');
    expect([stale.code, stale.err]).toEqual([1, 'prometheus/rules.yml is out of date']);
  });

  it('takes objectives and prefix from the configuration, addresses and job from options', async () => {
    writeFileSync(
      join(folder, 'c.yaml'),
      'upstreams: [{ name: a, url: "http://127.0.0.1:1" }]\nmetrics: { prefix: team_ }\nslo:\n  - { name: words, kind: token-time, objective: 0.95, thresholdMs: 50 }\n',
    );
    const { code } = await generate(
      ...['--config', 'c.yaml', '--out', 'n', '--job', 'gw', '--gateway-url', 'https://gw.example/'],
      ...['--grafana-url', 'https://g.example'],
    );
    expect(code).toBe(0);
    const rules = readFileSync(join(folder, 'n/prometheus/rules.yml'), 'utf8');
    expect(rules).toContain('team_circuit_breaker_state{job="gw"}');
    expect(rules).toContain('llamascope_time_per_output_token_seconds_bucket{job="gw",le="0.05"}');
    expect(rules).toContain('runbook_url: https://gw.example/runbooks/LlamascopeDown');
    expect(rules).toContain('dashboard_url: https://g.example/d/llamascope-overview');
    expect(rules).not.toContain('availability');
    const scrape = readFileSync(join(folder, 'n/prometheus/prometheus.yml'), 'utf8');
    expect(scrape).toContain('scheme: https');
  });

  it('shortens what one would wait for, and sends alerts where it is told', async () => {
    const { code } = await generate(
      '--out',
      's',
      '--speed',
      '60',
      '--webhook-url',
      'http://127.0.0.1:9/hook',
    );
    expect(code).toBe(0);
    const rules = readFileSync(join(folder, 's/prometheus/rules.yml'), 'utf8');
    expect(rules).toContain('circuit_breaker_transitions_total{job="llamascope",to_state="open"}[10s]');
    expect(rules).toContain('for: 1s');
    const routes = readFileSync(join(folder, 's/alertmanager/alertmanager.yml'), 'utf8');
    expect(routes).toContain('group_interval: 5s');
    expect(routes).toContain('url: http://127.0.0.1:9/hook/pager');
    for (const speed of ['0', '151', 'fast']) {
      const { code: refused, err } = await generate('--out', 's', '--speed', speed);
      expect([refused, err]).toEqual([
        2,
        expect.stringContaining(`--speed: "${speed}", expected a number from 1 to 150`) as string,
      ]);
    }
  });

  it('refuses addresses that are none, and says when it cannot write', async () => {
    const bad = await generate('--gateway-url', 'gw');
    expect([bad.code, bad.err]).toEqual([
      2,
      expect.stringContaining('--gateway-url: "gw", expected an http') as string,
    ]);
    writeFileSync(join(folder, 'file'), '');
    const blocked = await generate('--out', 'file');
    expect([blocked.code, blocked.err]).toEqual([
      1,
      expect.stringContaining('could not be written') as string,
    ]);
    expect((await generate('--help')).out).toContain('--datasource');
  });
});
