import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether a real program that a suite runs is on the PATH; scripts/test-setup.ts puts them there. */
export function hasComponent(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
