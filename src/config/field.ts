/**
 * The kinds of key a configuration has. Each carries its description (docs/configuration.md and the editor
 * show it) and, where the type alone does not say it, a `title`: the phrase that completes "expected …".
 */
import { z } from 'zod';

interface Meta {
  /** What the key does, for whom, and why its default is what it is. */
  readonly description: string;
  /** Completes "expected …" in an error. */
  readonly title?: string;
  readonly examples?: readonly unknown[];
  /** JSON Schema's word for a value that is never shown again. */
  readonly writeOnly?: boolean;
}

function meta({ description, title, examples, writeOnly }: Meta): z.GlobalMeta {
  return {
    description,
    ...(title === undefined ? {} : { title }),
    ...(examples === undefined ? {} : { examples: [...examples] }),
    ...(writeOnly === true ? { writeOnly } : {}),
  };
}

/** The longest time a timer can take. */
const MAX_MS = 2_147_483_647;

/** Milliseconds, more than none. */
export function milliseconds(fallback: number, description: string, max: number = MAX_MS): z.ZodType<number> {
  return z.int().min(1).max(max).default(fallback).meta({ description });
}

/** Milliseconds, where none at all is a choice too. */
export function millisecondsOrNone(fallback: number, description: string): z.ZodType<number> {
  return z.int().min(0).max(MAX_MS).default(fallback).meta({ description });
}

export function count(
  fallback: number,
  bounds: { readonly min: number; readonly max: number },
  description: string,
): z.ZodType<number> {
  return z.int().min(bounds.min).max(bounds.max).default(fallback).meta({ description });
}

export function share(fallback: number, description: string): z.ZodType<number> {
  return z.number().min(0).max(1).default(fallback).meta({ description });
}

export function flag(fallback: boolean, description: string): z.ZodType<boolean> {
  return z.boolean().default(fallback).meta({ description });
}

export function choice<const T extends readonly [string, ...string[]]>(
  values: T,
  fallback: NoInfer<T[number]>,
  description: string,
): z.ZodType<T[number]> {
  const schema: z.ZodType<T[number]> = z.enum(values);
  return schema.default(() => fallback).meta({ description });
}

/** Text of a certain form; `accepts` decides, `title` says what it wants. */
export function text(
  fallback: string,
  accepts: (value: string) => boolean,
  description: Meta & { readonly title: string },
): z.ZodType<string> {
  return z.string().refine(accepts).default(fallback).meta(meta(description));
}

export function requiredText(
  accepts: (value: string) => boolean,
  description: Meta & { readonly title: string },
): z.ZodType<string> {
  return z.string().refine(accepts).meta(meta(description));
}

/** A value, or null for "none". */
export function orNull<T>(inner: z.ZodType<T>, description: Meta): z.ZodType<T | null> {
  return inner.nullable().default(null).meta(meta(description));
}

/** A group of keys; all of them have defaults, so the group may be left out. */
export function group<T>(schema: z.ZodType<T>, description: string): z.ZodType<T> {
  return schema.prefault({}).meta({ description });
}
