import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../../test/support/stack.ts';
import type { JsonObject } from '../core/json.ts';
import type { CliIo, ExitCode } from './io.ts';
import { runCli } from './run.ts';

const home = mkdtempSync(path.join(tmpdir(), 'llamascope-cache-'));
afterAll(() => {
  rmSync(home, { recursive: true });
});

interface Result {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
  readonly status: readonly (string | null)[];
}

async function run(url: string, ...args: readonly string[]): Promise<Result> {
  const out: string[] = [];
  const err: string[] = [];
  const status: (string | null)[] = [];
  const io: CliIo = {
    env: { LLAMASCOPE_URL: url },
    cwd: home,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    status: (line) => status.push(line),
    onSignal: () => () => undefined,
    onHangup: () => () => undefined,
  };
  const code = await runCli(['cache', ...args], io);
  return { code, out: out.join('\n'), err: err.join('\n'), status };
}

function stack(showText: boolean): Promise<Stack> {
  return startStack({ config: { cache: { mode: 'on', sampled: true, showText } } });
}

async function fill(url: string, ...questions: readonly string[]): Promise<void> {
  for (const content of questions) {
    const response = await fetch(`${url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({ model: 'llama3.2:1b', messages: [{ role: 'user', content }], stream: false }),
    });
    await response.arrayBuffer();
  }
  await waitFor(async () => Number((await json(url, 'stats'))['entries']) >= questions.length);
}

async function json(url: string, ...args: readonly string[]): Promise<JsonObject> {
  return JSON.parse((await run(url, ...args, '--json')).out) as JsonObject;
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const QUESTIONS = ['What is the capital of France?', 'What is the capital of Peru?', 'Who wrote Moby Dick?'];

describe('llamascope cache', () => {
  it('shows, lists and purges, and gives out no text unless it may', async () => {
    await using closed = await stack(false);
    const { url } = closed;
    await fill(url, ...QUESTIONS);
    expect((await run(url)).out).toMatch(/^WHAT +NOW\n(.*\n)*entries +3\n/);
    const all = await run(url, 'list');
    expect(all.out.split('\n')[0]).toMatch(
      /^ID +MODEL +TENANT +AGESECONDS +COSTMS +EMBEDDER +TEXTCHARACTERS$/,
    );
    expect(all.out).not.toContain('capital');
    const page = await json(url, 'list', '--limit', '2');
    const ids = (page['entries'] as JsonObject[]).map(({ id }) => id as string);
    expect(page['next']).toBe(ids[1]);
    const rest = await run(url, 'list', '--after', ids[1] ?? '', '--limit', '2');
    expect(rest.out.split('\n').length).toBe(2);
    expect((await run(url, 'list', '--limit', '1')).err).toContain(`more: --after ${ids[0]}`);
    expect((await json(url, 'list', '--older-than', '3600'))['entries']).toEqual([]);
    expect(((await json(url, 'list', '--newer-than', '3600'))['entries'] as unknown[]).length).toBe(3);
    expect((await json(url, 'list', '--model', 'none'))['entries']).toEqual([]);

    const one = JSON.parse((await run(url, 'show', ids[0] ?? '')).out) as JsonObject;
    expect([one['id'], one['text'], one['answer']]).toEqual([ids[0], undefined, undefined]);
    expect((await run(url, 'export', 'no.jsonl')).err).toContain('set cache.showText to allow it');
    expect(existsSync(path.join(home, 'no.jsonl'))).toBe(false);

    expect((await run(url, 'purge', ids[0] ?? '')).out).toBe('1 entries removed');
    expect((await run(url, 'show', ids[0] ?? '')).err).toContain('no entry has this id');
    expect(await json(url, 'purge', '--model', 'llama3.2:1b', '--tenant', 'nobody')).toEqual({ purged: 0 });
    expect(await json(url, 'purge', '--all')).toEqual({ purged: 2 });
  });

  it('takes everything out and in again: the other gateway serves the same answers', async () => {
    await using from = await stack(true);
    await using to = await stack(true);
    await fill(from.url, ...QUESTIONS);
    expect((await run(from.url, 'list')).out).toContain('What is the capital of France?');
    expect((await run(from.url, 'export', 'out.jsonl')).out).toBe('3 entries written to out.jsonl');
    const file = path.join(home, 'out.jsonl');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBe(5);
    const imported = await run(to.url, 'import', 'out.jsonl');
    expect([imported.code, imported.err]).toEqual([0, '']);
    expect(imported.out).toMatch(/^3 entries imported, 0 left out/);
    expect(await json(to.url, 'import', 'out.jsonl')).toEqual({ imported: 0, skipped: 3, problems: [] });
    await run(to.url, 'export', 'again.jsonl');
    expect(readFileSync(path.join(home, 'again.jsonl'), 'utf8')).toBe(readFileSync(file, 'utf8'));
  });

  it('says of every wrong line what is wrong with it, and takes the others', async () => {
    await using from = await stack(true);
    await fill(from.url, ...QUESTIONS);
    await run(from.url, 'export', 'whole.jsonl');
    const [head = '', a = '', b = '', c = ''] = readFileSync(path.join(home, 'whole.jsonl'), 'utf8').split(
      '\n',
    );
    const change = (line: string, edit: (entry: JsonObject, answer: JsonObject) => void): string => {
      const entry = JSON.parse(line) as JsonObject;
      edit(entry, entry['answer'] as JsonObject);
      return JSON.stringify(entry);
    };
    const wrong = [
      [a.slice(0, 50), 'expected a JSON object'],
      [change(a, (entry) => delete entry['scope']), 'scope: expected a text that is not empty, got nothing'],
      [
        change(a, (entry) => (entry['storedAt'] = 'now')),
        'storedAt: expected a number of at least 0, got "now"',
      ],
      [change(a, (_, answer) => (answer['kind'] = 'x')), 'answer.kind: expected text or embedding, got "x"'],
      [
        change(a, (_, answer) => (answer['finish'] = 'no')),
        'answer.finish: expected stop, length or tool_calls',
      ],
      [
        change(a, (_, answer) => (answer['toolCalls'] = [{ id: null }])),
        'answer.toolCalls[0].name: expected',
      ],
      [change(a, (_, answer) => (answer['toolCalls'] = 1)), 'answer.toolCalls: expected a list, got 1'],
      [
        change(a, (_, answer) => (answer['usage'] = { promptTokens: -1 })),
        'answer.usage.promptTokens: expected',
      ],
      [
        change(a, (entry) => (entry['embedding'] = { identity: 'm', vector: 'AAA=' })),
        'embedding.vector: expected',
      ],
      [
        change(a, (entry) => (entry['embedding'] = { identity: 'm', vector: 'AAAAAAAAAAA=' })),
        'expected a vector of length 1',
      ],
    ] as const;
    const file = [head, b, ...wrong.map(([line]) => line), '', c, JSON.stringify({ end: true, entries: 12 })];
    writeFileSync(path.join(home, 'wrong.jsonl'), file.join('\n'));
    await run(from.url, 'purge', '--all');
    const report = await run(from.url, 'import', 'wrong.jsonl');
    expect(report.code).toBe(1);
    for (const [at, [, message]] of wrong.entries()) {
      const line = report.err.split('\n').find((one) => one.startsWith(`wrong.jsonl:${at + 3}: `));
      expect(line).toContain(message);
    }
    expect(report.out).toMatch(/^2 entries imported/);
    writeFileSync(path.join(home, 'cut.jsonl'), [head, a].join('\n'));
    expect((await run(from.url, 'import', 'cut.jsonl')).err).toContain('perhaps cut off');
    writeFileSync(path.join(home, 'later.jsonl'), '{"export":"llamascope cache","version":9}');
    expect((await run(from.url, 'import', 'later.jsonl')).err).toContain('form 9, expected 1');
    expect((await run(from.url, 'import', 'missing.jsonl')).err).toContain('missing.jsonl cannot be read');
  });

  it('warms through the pipeline, says what failed, and knows what is known', async () => {
    await using site = await stack(false);
    const { url } = site;
    const requests = [
      ...QUESTIONS.map((content) => JSON.stringify({ messages: [{ role: 'user', content }] })),
      '{"prompt": "Say hello."}',
      '{"path": "/v1/chat/completions", "model": "llama3.2:1b", "messages": [{"role": "user", "content": "Why?"}]}',
      'not json',
      '{"path": 3}',
      '{"model": "no-such-model", "prompt": "x"}',
    ];
    writeFileSync(path.join(home, 'warm.jsonl'), requests.join('\n'));
    const first = await run(url, 'warm', 'warm.jsonl', '--model', 'llama3.2:1b', '--concurrency', '2');
    expect(first.code).toBe(1);
    expect(first.err).toContain('warm.jsonl:6: expected a JSON object');
    expect(first.err).toContain('warm.jsonl:7: path: expected a path');
    expect(first.err).toMatch(/warm\.jsonl:8: 404: /);
    expect(first.out).toBe('7 asked, 0 known already, 3 failed');
    expect(first.status.at(-2)).toMatch(/^\[#{30}\] 7 of 7$/);
    await waitFor(async () => Number((await json(url, 'stats'))['entries']) === 5);
    const again = await json(url, 'warm', 'warm.jsonl', '--model', 'llama3.2:1b');
    expect(again['known']).toBe(5);
    const other = await json(
      url,
      'warm',
      'warm.jsonl',
      '--model',
      'llama3.2:1b',
      '--authorization',
      'Bearer x',
    );
    expect(other['known']).toBe(0);
  });

  it('refuses wrong usage before anything is asked', async () => {
    const nobody = 'http://127.0.0.1:9';
    for (const [args, message] of [
      [['purg'], 'did you mean purge?'],
      [['everything'], 'expected stats, list'],
      [['purge'], 'purge needs an ID'],
      [['purge', '--all', '--model', 'm'], 'or --all and none of them'],
      [['show'], 'show needs the ID'],
      [['export'], 'export needs a FILE'],
      [
        ['warm', 'x', '--concurrency', '100'],
        '--concurrency: expected a whole number from 1 to 64, got "100"',
      ],
      [['list', '--older-than', 'old'], '--older-than: expected a whole number'],
    ] as const) {
      const { code, err } = await run(nobody, ...args);
      expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    }
    expect((await run(nobody, 'list')).code).toBe(1);
    expect((await run(nobody, '--help')).out).toContain('Usage: llamascope cache');
  });

  it('the operations plane refuses what it does not understand', async () => {
    await using site = await stack(false);
    const post = async (where: string, body: string): Promise<string> => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${site.url}/admin/cache/${where}`, { method: 'POST', headers, body })).text();
    };
    for (const [where, body, message] of [
      ['purge', '{}', 'either'],
      ['purge', '[]', 'body: expected an object'],
      ['purge', '{"all": true, "model": "m"}', 'either'],
      ['purge', '{"modle": "m"}', 'modle: expected all: true, or id, scope, model, tenant'],
      ['purge', '{"model": ""}', 'model: expected a text that is not empty'],
      ['import', '{}', 'entries: expected a list of entries'],
    ] as const)
      expect(JSON.parse(await post(where, body))).toMatchObject({
        error: { message: expect.stringContaining(message) as string },
      });
    for (const query of ['limit=0', 'limit=x', 'olderThanMs=-1', 'after=none', 'colour=red']) {
      const response = await fetch(`${site.url}/admin/cache/entries?${query}`);
      expect([query, response.status]).toEqual([query, 400]);
    }
  });
});
