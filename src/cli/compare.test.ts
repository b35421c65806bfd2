import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/index.ts';
import type { CliIo } from './io.ts';
import { runCli } from './run.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llamascope-cli-compare-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function compare(
  ...args: string[]
): Promise<{ code: number; out: string; err: string; status: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const status: string[] = [];
  const io: CliIo = {
    env: {},
    cwd: folder,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    status: (line) => status.push(line ?? ''),
    onSignal: () => () => undefined,
    onHangup: () => () => undefined,
  };
  const code = await runCli(['compare', ...args], io);
  return { code, out: out.join('\n'), err: err.join('\n'), status };
}

describe('llamascope compare', () => {
  it('explains scenarios, variants and options', async () => {
    const { code, out } = await compare('--help');
    expect(code).toBe(0);
    for (const word of ['sprint1', 'healthy', 'pass-through', '--client-timeout-ms', '--max-requests'])
      expect(out).toContain(word);
  });

  it('prints the comparison, shows how far it is, and writes the report', { timeout: 60_000 }, async () => {
    const { code, out, err, status } = await compare(
      ...['--scenario', 'healthy', '--variants', 'direct,all', '--requests', '12', '--repeats', '1'],
      ...['--clients', '3', '--out', 'here/it is'],
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^healthy: .*\n1 × 12 requests per variant, seed 1, plan [0-9a-f]{12}\n/);
    expect(out).toMatch(/\ndirect +100 %/);
    expect(out).toMatch(/No difference in success within the interval/);
    expect(err).toContain('report: here/it is/report.html');
    expect(status.at(0)).toContain('1/24  direct, repeat 1');
    expect(status.at(-1)).toBe('');
    expect(readdirSync(join(folder, 'here/it is')).sort()).toEqual([
      'report.html',
      'report.json',
      'report.openmetrics.txt',
    ]);
    const html = readFileSync(join(folder, 'here/it is/report.html'), 'utf8');
    expect(html).toContain('llamascope compare --scenario healthy');
    expect(html).toContain('--out &#39;here/it is&#39;');
  });

  it.each([
    [['--scenario', 'sprint9'], '--scenario: "sprint9", expected one of sprint1, overload'],
    [['--variants', 'direct,magic'], '--variants: "magic", expected some of direct'],
    [['--variants', 'direct,direct'], 'names one twice'],
    [['--seed', '-1'], '--seed: "-1", expected a whole number from 0'],
    [['--requests', ''], '--requests: "", expected a whole number from 1'],
    [['--rate', 'fast'], '--rate: "fast", expected a number above 0'],
    [['--clients', '2', '--rate', '3'], '--clients, --rate and --trace exclude each other'],
    [['--upstream', 'localhost'], '--upstream: "localhost", expected an http or https URL'],
    [['--upstream', 'http://127.0.0.1:1', '--kind', 'grpc'], '--kind: "grpc", expected ollama or openai'],
    [['--upstream', 'http://127.0.0.1:1'], '--model is needed: http://127.0.0.1:1 lists no model'],
    [['--trace', 'none.csv'], 'cannot read none.csv'],
  ])('refuses %j with what was expected', async (args, message) => {
    const { code, err } = await compare(...args);
    expect([code > 0, err]).toEqual([true, expect.stringContaining(message) as string]);
  });

  it('refuses files that make no sense, naming the line', async () => {
    writeFileSync(join(folder, 'bad.jsonl'), '{"prompt":"a"}\n{"prompt":7}\n');
    const { code, err } = await compare('--prompts', 'bad.jsonl');
    expect([code, err]).toEqual([2, expect.stringContaining('bad.jsonl:2:') as string]);
  });

  it(
    'says what it would send to a real server, and sends it only when told to',
    { timeout: 60_000 },
    async () => {
      const server: Simulator = await startSimulator({ loadMs: 0, tokensPerSecond: 0, embedder: null });
      writeFileSync(join(folder, 'p.txt'), 'Why is the sky blue?\nHow deep is the sea?\n');
      writeFileSync(join(folder, 't.csv'), 'timestamp\n0\n0.01\n0.02\n0.03\n');
      try {
        const args = [
          '--upstream',
          server.url,
          '--prompts',
          'p.txt',
          '--trace',
          't.csv',
          '--variants',
          'direct,all',
        ];
        const asked = await compare(...args, '--repeats', '1');
        expect([asked.code, asked.err]).toEqual([
          2,
          expect.stringContaining('add --yes to send that') as string,
        ]);
        expect(asked.err).toContain('This sends up to 28 chat requests to');
        expect(asked.err).toContain('2 variants × 1 repeats × (4 measured + 10 warm-up)');
        expect(server.state().counts.byPath['/api/chat']).toBeUndefined();
        const much = await compare(...args, '--yes', '--repeats', '50', '--max-requests', '100');
        expect(much.err).toContain(
          'this would send 1400 requests to a real server, more than --max-requests 100',
        );
        const sent = await compare(...args, '--yes', '--repeats', '1', '--no-files');
        expect([sent.code, sent.out]).toEqual([0, expect.stringMatching(/direct +100 %/) as string]);
        expect(server.state().counts.byPath['/api/chat']).toBeGreaterThan(14);
      } finally {
        await server.close();
      }
    },
  );
});
