/** Where the cache keeps its entries besides memory. */
import { z } from 'zod';
import type { SnapshotConfig, SqliteConfig } from './config.ts';
import { milliseconds, orNull, text } from './field.ts';

export const snapshot: z.ZodType<SnapshotConfig> = z.strictObject({
  path: orNull(z.string().min(1), {
    description:
      'A file that holds the whole cache: written now and then, after a purge and at the end, read at the start. `null`: entries are gone when the process ends.',
    examples: ['/var/lib/llamascope/cache.snapshot'],
  }),
  everyMs: milliseconds(
    300_000,
    'Between two snapshots while something has changed. What was stored since the last one is lost when the process is killed.',
  ),
});

export const sqlite: z.ZodType<SqliteConfig> = z.strictObject({
  path: text('llamascope-cache.db', (value) => value !== '', {
    title: 'the path of a file',
    description:
      'The file, made when it is not there. A relative path starts where the gateway was started. One gateway at a time can have it open.',
    examples: ['/var/lib/llamascope/cache.db'],
  }),
});
