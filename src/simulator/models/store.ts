import { createHash } from 'node:crypto';
import { SimulatorError } from '../error.ts';
import type { ModelSpec } from './spec.ts';

/** A model in the store: its description, and what the store knows of it. */
export interface StoredModel {
  readonly name: string;
  readonly spec: ModelSpec;
  /** SHA-256 in hex, as `/api/tags` shows it: 64 characters without a prefix. */
  readonly digest: string;
  /** Unix milliseconds. */
  readonly modifiedAt: number;
  readonly parent: string | null;
  readonly system: string | null;
}

const NAME = /^(?:[\w.-]+(?::\d+)?\/)?(?:[\w.-]+\/)?[\w.-]+(?::[\w.-]+)?$/;

/** The models on disk, in memory: listed, shown, pulled, copied, created and deleted by Ollama's rules for names. */
export class ModelStore {
  readonly #models = new Map<string, StoredModel>();
  /** Digests of uploaded blobs and their sizes; the bytes are not kept. */
  readonly blobs: Map<string, number> = new Map<string, number>();

  add(
    spec: ModelSpec,
    modifiedAt: number,
    origin?: { parent: string; system: string | null; name: string },
  ): StoredModel {
    const name = canonicalName(origin?.name ?? spec.name);
    const model: StoredModel = {
      name,
      spec,
      digest: sha256(`${canonicalName(spec.name)} ${spec.quantization} ${origin?.system ?? ''}`),
      modifiedAt,
      parent: origin?.parent ?? null,
      system: origin?.system ?? null,
    };
    this.#models.set(name.toLowerCase(), model);
    return model;
  }

  find(name: string): StoredModel | null {
    return this.#models.get(canonicalName(name).toLowerCase()) ?? null;
  }

  /** The model, or Ollama's 404. */
  require(name: string): StoredModel {
    const model = this.find(name);
    if (model === null) throw new SimulatorError(404, `model '${name}' not found`);
    return model;
  }

  remove(name: string): boolean {
    return this.#models.delete(canonicalName(name).toLowerCase());
  }

  copy(source: StoredModel, destination: string, modifiedAt: number): void {
    const name = canonicalName(destination);
    this.#models.set(name.toLowerCase(), { ...source, name, modifiedAt });
  }

  /** Most recently changed first. */
  list(): StoredModel[] {
    return [...this.#models.values()].sort((a, b) => b.modifiedAt - a.modifiedAt);
  }
}

export function isModelName(name: string): boolean {
  return name.length <= 200 && NAME.test(name);
}

/** A name without a tag means `latest`. */
export function canonicalName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).includes(':') ? name : `${name}:latest`;
}

/** The blob that holds a model's weights. */
export function layerDigest(model: StoredModel): string {
  return `sha256:${sha256(`layer ${model.digest}`)}`;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
