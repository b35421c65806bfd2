/** Service level objectives. What cannot be counted exactly, or could never page anybody, is refused. */
import { z } from 'zod';
import type { ObjectiveConfig } from './config.ts';

/** 1 - 1/14.4: below it, the burn rate that pages is more errors than there are requests. */
const OBJECTIVE_FLOOR = 0.930_6;

/** The bounds of the histograms behind them, milliseconds: a histogram counts up to its bounds and knows nothing between. */
export const OBJECTIVE_THRESHOLDS_MS: Readonly<Record<'first-token' | 'token-time', readonly number[]>> = {
  'first-token': [
    1, 5, 25, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000,
  ],
  'token-time': [1, 2.5, 5, 10, 20, 30, 50, 75, 100, 150, 250, 500, 1_000, 2_000],
};

const DEFAULT_OBJECTIVES: readonly ObjectiveConfig[] = [
  { name: 'availability', kind: 'availability', objective: 0.99, thresholdMs: null },
  { name: 'first-token', kind: 'first-token', objective: 0.95, thresholdMs: 10_000 },
];

const objective: z.ZodType<ObjectiveConfig> = z
  .strictObject({
    name: z
      .string()
      .refine((value) => /^[a-z][a-z0-9-]{0,39}$/.test(value))
      .meta({
        title: 'small letters, digits and `-`, at most 40',
        description: 'Its name in rules, alerts and on the page (the `slo` label).',
        examples: ['availability'],
      }),
    kind: z.enum(['availability', 'first-token', 'token-time']).meta({
      description:
        '`availability`: requests answered, of all but client errors and aborts. `first-token`: streamed answers that began in time. `token-time`: answers whose tokens came fast enough on average.',
    }),
    objective: z
      .number()
      .gt(OBJECTIVE_FLOOR)
      .lt(1)
      .meta({
        title: `a share above ${String(OBJECTIVE_FLOOR)} and below 1`,
        description:
          'The share that is promised over 30 days, e.g. 0.99. At 0.9306 and below the fast alert could never fire, so it is refused.',
      }),
    thresholdMs: z.number().gt(0).nullable().default(null).meta({
      description:
        'What “in time” means, for `first-token` and `token-time`: one of the bounds of their histograms, because nothing between can be counted exactly.',
    }),
  })
  .superRefine(({ kind, thresholdMs }, context) => {
    const message = thresholdProblem(kind, thresholdMs);
    if (message !== null) context.addIssue({ code: 'custom', path: ['thresholdMs'], message });
  });

function thresholdProblem(kind: ObjectiveConfig['kind'], thresholdMs: number | null): string | null {
  if (kind === 'availability')
    return thresholdMs === null ? null : `${String(thresholdMs)} means nothing for kind availability`;
  const bounds = OBJECTIVE_THRESHOLDS_MS[kind];
  if (thresholdMs !== null && bounds.includes(thresholdMs)) return null;
  return `${String(thresholdMs)} cannot be counted for kind ${kind}; expected one of ${bounds.join(', ')}`;
}

export const sloSchema: z.ZodType<readonly ObjectiveConfig[]> = z
  .array(objective)
  .superRefine((list, context) => {
    const seen = new Map<string, number>();
    for (const [index, { name }] of list.entries()) {
      const first = seen.get(name);
      if (first === undefined) seen.set(name, index);
      else
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: `"${name}" is already the name of slo[${String(first)}]`,
        });
    }
  })
  .default([...DEFAULT_OBJECTIVES])
  .meta({
    title: 'a list of objectives',
    description:
      'What is promised over 30 days. The page shows how much of the error budget is left; `llamascope generate` writes the recording and alert rules.',
    examples: [[{ name: 'availability', kind: 'availability', objective: 0.999 }]],
  });
