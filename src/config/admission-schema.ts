import { z } from 'zod';
import type { AdmissionConfig, CoalesceConfig, HedgeConfig } from './config.ts';
import { flag, group, orNull } from './field.ts';
import { isToken } from './upstream-schema.ts';

const level = z.int().min(-100).max(100);

export const admissionSchema: z.ZodType<AdmissionConfig> = z.strictObject({
  priority: group(
    z.strictObject({
      default: level.default(0).meta({ description: 'For everybody whom no key below names.' }),
      headerMax: level.default(0).meta({
        description:
          'The highest priority that a request may give itself with `x-llamascope-priority`. It may always lower itself.',
      }),
      keys: z
        .array(
          z.strictObject({
            key: z.string().refine(isToken).meta({
              title: 'text without blanks',
              description:
                'The API key that a client sends as `Authorization: Bearer` or `x-api-key`. Llamascope does not check it otherwise.',
              writeOnly: true,
            }),
            priority: level.meta({ description: 'Its priority; higher goes first.' }),
          }),
        )
        .default([])
        .meta({
          title: 'a list of keys with their priorities',
          description: 'Priorities by API key.',
          examples: [[{ key: 'sk-interactive', priority: 10 }]],
        }),
      clients: z
        .record(z.string().min(1), level)
        .default({})
        .meta({
          title: 'client names, each with a whole number from -100 to 100',
          description:
            'Priorities by `x-llamascope-client`. Anybody may use any name, so a name can lower a priority and never raise it.',
          examples: [{ 'nightly-batch': -10 }],
        }),
    }),
    'Who goes first in a queue: higher numbers do, and within one number clients take turns.',
  ),
});

export const coalesce: z.ZodType<CoalesceConfig> = z.strictObject({
  reads: flag(true, 'Reads such as `GET /api/tags`.'),
  embeddings: flag(true, 'Embeddings of the same text by the same model, for one tenant.'),
});

export const hedge: z.ZodType<HedgeConfig> = z.strictObject({
  embeddings: flag(
    false,
    'Sends an embedding that is slow to a second upstream as well and gives the answer that comes first. Needs two upstreams with the model; counts against the retry budget.',
  ),
  afterMs: orNull(z.int().min(1).max(2_147_483_647), {
    description:
      'How long the first attempt has to itself. `null`: the 95th percentile of the last 100 embeddings, once there were 20.',
  }),
});
