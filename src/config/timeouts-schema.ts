/** How long each step of an attempt may take. */
import { z } from 'zod';
import type { TimeoutsConfig } from './config.ts';
import { milliseconds, millisecondsOrNone, orNull } from './field.ts';

export const timeouts: z.ZodType<TimeoutsConfig> = z.strictObject({
  connectMs: milliseconds(5_000, 'To connect, TLS included.'),
  firstTokenMs: milliseconds(
    180_000,
    'From sending the request to the first content. An answer in one piece may take `idleMs` longer.',
  ),
  loadMs: millisecondsOrNone(
    180_000,
    'Added to that when the model is not in memory (`/api/ps`; kind `ollama`): it has to be loaded first, giving up aborts the load, and the next try begins it anew.',
  ),
  idleMs: milliseconds(120_000, 'The longest gap between two pieces of content.'),
  totalMs: orNull(z.int().min(1).max(2_147_483_647), {
    description: 'For the whole answer. `null`: no limit, as long as content keeps coming.',
  }),
});
