import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256, startFileServer, type FileServer } from '../../test/support/file-server.ts';
import { gge1Bytes } from '../../test/support/gge1-file.ts';
import { safetensorsBytes, tensorOf, wordPieceJson } from '../../test/support/model2vec-folder.ts';
import { ModelFailure } from './failure.ts';
import { listModels } from './list.ts';
import { defaultSource, pullModel, type Pulled, type PullRequest } from './pull.ts';

const tokenizer = Buffer.from(JSON.stringify(wordPieceJson(['[UNK]', 'a'])));
const dimensions = 4_096;
const tensors = safetensorsBytes({
  embeddings: tensorOf('I8', [2, dimensions], new Int8Array(2 * dimensions).fill(1)),
});
const otherTensors = safetensorsBytes({
  embeddings: tensorOf('I8', [2, dimensions], new Int8Array(2 * dimensions).fill(2)),
});

let root = '';
let home = '';
let made = 0;
let server: FileServer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'models-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  home = join(root, String(made++));
  server = await startFileServer();
  server.files.set('/m/tokenizer.json', tokenizer).set('/m/model.safetensors', tensors);
});
afterEach(() => server.close());

function pull(change: Partial<PullRequest> = {}): Promise<Pulled> {
  return pullModel({
    name: 'me/m',
    from: `${server.url}/m/`,
    home,
    sha256: null,
    progress: () => undefined,
    ...change,
  });
}

/** Breaks off in the middle of the tensors. */
async function breakOff(): Promise<void> {
  server.breakAfter = 5_000;
  const progress = (file: string, done: number): void => {
    if (file === 'model.safetensors' && done > 0) server.cut();
  };
  await expect(pull({ progress })).rejects.toThrow(
    /model\.safetensors broke off after \d+ of 8\d\d\d bytes \(.+\); ask again/,
  );
  server.breakAfter = null;
  server.seen.length = 0;
}

const inFolder = (file: string): string => join(home, 'm', file);
const ranges = (): string[] => server.seen.filter((line) => line.includes('bytes='));

describe('pullModel', () => {
  it('fetches a model2vec folder and says what it got', async () => {
    const steps: string[] = [];
    const pulled = await pull({
      progress: (file, done, total) => steps.push(`${file} ${String(done)}/${String(total)}`),
    });
    expect(pulled.path).toBe(join(home, 'm'));
    expect(pulled.identity).toMatch(/^static:m@[0-9a-f]{12}:4096$/);
    expect(pulled.files).toEqual([
      {
        path: inFolder('tokenizer.json'),
        sha256: sha256(tokenizer),
        bytes: tokenizer.length,
        checked: false,
        known: false,
      },
      {
        path: inFolder('model.safetensors'),
        sha256: sha256(tensors),
        bytes: tensors.length,
        checked: false,
        known: false,
      },
    ]);
    expect(readdirSync(join(home, 'm')).sort()).toEqual(['model.safetensors', 'tokenizer.json']);
    expect(steps.at(-1)).toBe(`model.safetensors ${String(tensors.length)}/${String(tensors.length)}`);
  });

  it('fetches a GGE1 file under the model’s name', async () => {
    const bytes = gge1Bytes(['a'], [[1, 2]]);
    server.files.set('/x/y.gge1.bin', bytes);
    const pulled = await pull({ from: `${server.url}/x/y.gge1.bin`, sha256: sha256(bytes) });
    expect(pulled.path).toBe(join(home, 'm.gge1.bin'));
    expect(pulled.files[0]).toMatchObject({ checked: true });
    expect(readFileSync(pulled.path)).toEqual(bytes);
  });

  it('checks by SHA256SUMS, and leaves alone what is there with that checksum', async () => {
    server.files.set(
      '/m/SHA256SUMS',
      Buffer.from(
        `# ours\n${sha256(tensors).toUpperCase()} *./model.safetensors\n${sha256(tokenizer)}  tokenizer.json\n`,
      ),
    );
    expect((await pull()).files.map(({ checked, known }) => [checked, known])).toEqual([
      [true, false],
      [true, false],
    ]);
    server.seen.length = 0;
    expect((await pull()).files.map(({ known }) => known)).toEqual([true, true]);
    expect(server.seen).toEqual(['/m/SHA256SUMS']);
  });

  it('throws away what has another checksum and keeps what was there', async () => {
    await pull();
    server.files.set('/m/model.safetensors', otherTensors);
    const opening = pull({ sha256: sha256(tensors).replace(/^./, 'f') });
    await expect(opening).rejects.toThrow(ModelFailure);
    await expect(opening).rejects.toThrow(`got ${sha256(otherTensors)}; what came was thrown away`);
    expect(readFileSync(inFolder('model.safetensors'))).toEqual(tensors);
    expect(existsSync(inFolder('model.safetensors.part'))).toBe(false);
  });

  it('goes on where it broke off when the server has the same file still', async () => {
    await breakOff();
    expect(existsSync(inFolder('model.safetensors'))).toBe(false);
    expect(await listModels(home)).toEqual([
      {
        path: join(home, 'm'),
        dimensions: null,
        problem: expect.stringMatching(/^not whole, .+ is missing$/) as string,
      },
    ]);
    await pull();
    expect(ranges()).toHaveLength(2);
    expect(ranges()[1]).toMatch(/^\/m\/model\.safetensors bytes=[1-9]\d*-$/);
    expect(readFileSync(inFolder('model.safetensors'))).toEqual(tensors);
    expect(readdirSync(join(home, 'm')).sort()).toEqual(['model.safetensors', 'tokenizer.json']);
  });

  it('starts over when the file is another by now', async () => {
    await breakOff();
    server.files.set('/m/model.safetensors', otherTensors);
    await pull();
    expect(readFileSync(inFolder('model.safetensors'))).toEqual(otherTensors);
  });

  it('starts over when the server knows no ranges', async () => {
    server.ranges = false;
    await breakOff();
    await pull();
    expect(ranges()).toEqual([]);
    expect(readFileSync(inFolder('model.safetensors'))).toEqual(tensors);
  });

  it('starts over once when two halves do not make the file of the checksum', async () => {
    await mkdir(join(home, 'm'), { recursive: true });
    writeFileSync(inFolder('model.safetensors.part'), 'something else');
    await pull({ sha256: sha256(tensors) });
    expect(server.seen.filter((line) => line.startsWith('/m/model'))).toEqual([
      '/m/model.safetensors bytes=14-',
      '/m/model.safetensors',
    ]);
    expect(readFileSync(inFolder('model.safetensors'))).toEqual(tensors);
  });

  it('starts over when more is there than the server has', async () => {
    await mkdir(join(home, 'm'), { recursive: true });
    writeFileSync(inFolder('model.safetensors.part'), Buffer.alloc(2 * tensors.length));
    await pull({ sha256: sha256(tensors) });
    expect(readFileSync(inFolder('model.safetensors'))).toEqual(tensors);
  });

  it.each([
    [404, '/m/tokenizer.json: 404, there is no such file; check NAME and --from'],
    [401, 'SHA256SUMS: 401, the server lets nobody have it without signing in'],
    [503, 'SHA256SUMS: the server answered 503'],
  ])('says what a status of %i means', async (status, message) => {
    server.status = status;
    if (status !== 404) server.files.set('/m/SHA256SUMS', Buffer.from(''));
    await expect(pull()).rejects.toThrow(message);
    expect(readdirSync(home)).toEqual([]);
  });

  it('says that nobody listens', async () => {
    const gone = await startFileServer();
    await gone.close();
    await expect(pull({ from: gone.url })).rejects.toThrow(/SHA256SUMS cannot be reached: .*ECONNREFUSED/);
  });

  it('gives up on a server that says nothing any more', async () => {
    server.breakAfter = 1;
    await expect(pull({ stallMs: 100 })).rejects.toThrow(
      /tokenizer\.json broke off after 1 of \d+ bytes \(nothing came for 0\.1 s\)/,
    );
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', async () => {
    await mkdir(join(home, 'm'), { recursive: true });
    symlinkSync('/dev/full', inFolder('tokenizer.json.part'));
    await expect(pull()).rejects.toThrow(
      /tokenizer\.json\.part cannot be written: the disk is full; make room/,
    );
  });

  it('refuses checksums without end', async () => {
    server.files.set('/m/SHA256SUMS', Buffer.alloc(2 * 1024 * 1024));
    await expect(pull()).rejects.toThrow('SHA256SUMS cannot be read: it is larger than 1 MiB');
  });

  it('says when what came whole cannot be used', async () => {
    server.files.set('/m/tokenizer.json', Buffer.from('{}'));
    await expect(pull()).rejects.toThrow(
      /^it was fetched, but it cannot be used: .*tokenizer\.json: model\.type: expected "WordPiece" or "Unigram"/,
    );
  });

  it('looks on huggingface.co unless told otherwise', () => {
    expect(defaultSource('me/m')).toBe('https://huggingface.co/me/m/resolve/main');
  });
});
