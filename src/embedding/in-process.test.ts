import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gge1Bytes } from '../../test/support/gge1-file.ts';
import { openInProcessEmbedder, openSharedUseLite } from './in-process.ts';

let folder = '';
let model = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'in-process-'));
  const models = join(folder, 'models', 'potion-base-2M-int8');
  await mkdir(models, { recursive: true });
  model = join(models, 'potion-base-2M.gge1.bin');
  await writeFile(model, gge1Bytes(['a'], [[1, 2]]));
});
afterAll(() => rm(folder, { recursive: true }));

describe('openInProcessEmbedder', () => {
  it('opens the built-in model, with its words', async () => {
    const embedder = await openInProcessEmbedder();
    expect(embedder.identity).toMatch(/^builtin:en@[0-9a-f]{12}:96$/);
    expect(embedder.words).toBeDefined();
  });

  it('prefers an explicit file and never falls back from it', async () => {
    const embedder = await openInProcessEmbedder(model);
    expect(embedder.identity).toMatch(/^static:potion-base-2M@/);
    expect(embedder.words).toBeUndefined();
    await expect(openInProcessEmbedder(join(folder, 'absent'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('openSharedUseLite', () => {
  it('shares one worker, which ends with its last user', { timeout: 60_000 }, async () => {
    const [first, second] = await Promise.all([openSharedUseLite(), openSharedUseLite()]);
    expect(first.identity).toMatch(/^use-lite:/);
    await first.close();
    await first.close();
    await expect(first.embed(['x'])).rejects.toThrow('embedder use-lite is closed');
    expect(await second.embed(['still open'])).toHaveLength(1);
    await second.close();
    const third = await openSharedUseLite();
    expect(await third.embed(['open again'])).toHaveLength(1);
    await third.close();
  });
});
