/** Header fields that are added to every request to an upstream. */
import { z } from 'zod';

/** Sent by us or meaningless between two hops: they cannot be configured. */
const OWN_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'via',
]);

export const headers: z.ZodType<Readonly<Record<string, string>>> = z
  .record(
    z.string(),
    z
      .string()
      .refine((value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      .meta({ title: 'a header value' }),
  )
  .superRefine((value, context) => {
    for (const name of Object.keys(value)) {
      const message = headerProblem(name);
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .default({})
  .meta({
    title: 'header names with their values',
    description: 'Header fields added to every request, by name. Values are never shown again.',
    writeOnly: true,
    examples: [{ 'x-team': 'search' }],
  });

function headerProblem(name: string): string | null {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) return 'is not a header name';
  if (OWN_HEADERS.has(name.toLowerCase())) return 'is set by Llamascope itself and cannot be configured';
  return null;
}
