import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gge1Bytes } from '../../test/support/gge1-file.ts';
import { findSharedModel, openInProcessEmbedder, openSharedUseLite } from './in-process.ts';

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

describe('findSharedModel', () => {
  it('looks in the configured folder', async () => {
    expect(await findSharedModel({ LLAMASCOPE_SHARED: folder })).toBe(model);
    expect(await findSharedModel({ LLAMASCOPE_SHARED: join(folder, 'absent') })).toBeNull();
  });

  it('treats an empty setting as none', async () => {
    expect(await findSharedModel({ LLAMASCOPE_SHARED: '' })).toBe(await findSharedModel({}));
  });
});

describe('openInProcessEmbedder', () => {
  it('prefers an explicit file and never falls back from it', async () => {
    const embedder = await openInProcessEmbedder({ modelFile: model });
    expect(embedder.identity).toMatch(/^static:potion-base-2M@/);
    const absent = { modelFile: join(folder, 'absent'), environment: { LLAMASCOPE_SHARED: folder } };
    await expect(openInProcessEmbedder(absent)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes the shared model when it is there', async () => {
    const embedder = await openInProcessEmbedder({
      modelFile: null,
      environment: { LLAMASCOPE_SHARED: folder },
    });
    expect(embedder.dimensions).toBe(2);
  });

  it('falls back to USE-lite, whose worker ends with its last user', { timeout: 60_000 }, async () => {
    const environment = { LLAMASCOPE_SHARED: join(folder, 'absent') };
    const [first, second] = await Promise.all([openInProcessEmbedder({ environment }), openSharedUseLite()]);
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
