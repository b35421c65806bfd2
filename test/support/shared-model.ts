import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The small model of the shared folder (`$LLAMASCOPE_SHARED` or `../shared`); null where it is absent. */
export function sharedModel(): string | null {
  const configured = process.env['LLAMASCOPE_SHARED'] ?? '';
  const folder =
    configured === '' ? resolve(import.meta.dirname, '..', '..', '..', 'shared') : resolve(configured);
  const file = join(folder, 'models', 'potion-base-2M-int8', 'potion-base-2M.gge1.bin');
  return existsSync(file) ? file : null;
}
