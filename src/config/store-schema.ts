/** Where the cache keeps its entries besides memory. */
import { z } from 'zod';
import type { RedisConfig, SnapshotConfig, SqliteConfig } from './config.ts';
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

export const redis: z.ZodType<RedisConfig> = z.strictObject({
  url: text('redis://127.0.0.1:6379', isRedisUrl, {
    title: 'a URL that begins with redis:// or rediss://',
    description:
      'The server, with user, password and database if there are any: `redis://user:password@host:6379/0`; `rediss://` with TLS.',
    writeOnly: true,
  }),
  prefix: text('llamascope', (value) => /^[\w.:-]{1,64}$/.test(value), {
    title: 'up to 64 letters, digits, dots, colons, dashes or underscores',
    description: 'Before every key. Gateways with the same prefix share one cache.',
  }),
  connectTimeoutMs: milliseconds(2_000, 'For a connection to be made.'),
  timeoutMs: milliseconds(
    1_000,
    'For the answer to a command. No request waits for one: this is how soon a server that hangs is noticed.',
  ),
});

function isRedisUrl(value: string): boolean {
  return URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol) && new URL(value).hostname !== '';
}
