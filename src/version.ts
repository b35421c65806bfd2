import { readFileSync } from 'node:fs';

/** The version of this package, from the manifest that stands one folder up in the checkout and when installed. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
