/** What lies in a folder of models, and whether it can be used. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openStaticEmbedder } from '../embedding/static.ts';
import { ModelFailure, reasonOf } from './failure.ts';

export interface ListedModel {
  readonly path: string;
  readonly dimensions: number | null;
  /** Why it cannot be used; null when it can. */
  readonly problem: string | null;
}

/** Folders and GGE1 files, by name; none when there is no such folder. */
export async function listModels(home: string): Promise<readonly ListedModel[]> {
  const entries = await readdir(home, { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new ModelFailure(`${home} cannot be read: ${reasonOf(error)}`, { cause: error });
  });
  const models = entries.filter((entry) => entry.isDirectory() || /\.gge1(?:\.bin)?$/.test(entry.name));
  const paths = models.map(({ name }) => join(home, name)).sort();
  return Promise.all(paths.map(describeModel));
}

async function describeModel(path: string): Promise<ListedModel> {
  try {
    const embedder = await openStaticEmbedder(path);
    await embedder.close();
    return { path, dimensions: embedder.dimensions, problem: null };
  } catch (error) {
    const { code, path: file = '' } = error as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? `not whole, ${basename(file)} is missing` : reasonOf(error);
    return { path, dimensions: null, problem };
  }
}
