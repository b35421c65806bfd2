/** The files of deploy/, read. */
import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

export const ROOT: URL = new URL('../../', import.meta.url);

export function text(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

export function yaml(path: string): unknown {
  return parse(text(path));
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [key: string]: unknown;
}

export function kubernetesObjects(path: string): readonly KubernetesObject[] {
  return parseAllDocuments(text(path)).map((document) => document.toJS() as KubernetesObject);
}
