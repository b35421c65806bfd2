/** TLS to an upstream. */
import { z } from 'zod';
import type { TlsConfig } from './config.ts';
import { flag, orNull } from './field.ts';

const file = (description: string): z.ZodType<string | null> => orNull(z.string().min(1), { description });

export const tlsSchema: z.ZodType<TlsConfig> = z.strictObject({
  caFile: file(
    'A PEM file of the authorities to trust, in place of those that Node trusts. Read when the upstream is made.',
  ),
  certFile: file('A PEM file with our certificate, for servers that ask for one.'),
  keyFile: file('A PEM file with the key of `certFile`.'),
  serverName: orNull(
    z
      .string()
      .refine((name) => /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name))
      .meta({ title: 'a host name' }),
    {
      description: 'The name expected in the server’s certificate, where it is not the one in `url`.',
      title: 'a host name, or null',
    },
  ),
  insecureSkipVerify: flag(
    false,
    'Trusts whoever answers, so that anybody in between can read and change everything. For a try-out.',
  ),
});
