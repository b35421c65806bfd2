/** What is said of models: aliases, fallbacks, and how Ollama is to load them. */
import { z } from 'zod';
import type { ModelConfig, OllamaConfig } from './config.ts';
import { flag, orNull } from './field.ts';

/** A duration as Ollama reads it: `30m`, `1h30m`, `-1m`, or a whole number of seconds; any negative one means for ever. */
function isKeepAlive(value: string | number): boolean {
  if (typeof value === 'number') return Number.isInteger(value);
  return /^-?(\d+(\.\d+)?(ms|s|m|h))+$/.test(value) || /^-?\d+$/.test(value);
}

/** Ollama refuses a text without a unit (`"300"`): whole seconds are sent as a number. */
const keepAliveValue: z.ZodType<string | number> = z
  .union([z.string(), z.number()])
  .refine(isKeepAlive)
  .transform((value) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value))
  .meta({ title: 'a duration such as 30m or 24h, or whole seconds, -1 for ever' });

const numCtx = orNull(z.int().min(4).max(100_000_000), {
  description:
    'The `num_ctx` that Ollama is always asked for on its own API, whatever the client says, so that clients with different ones do not make it load the model again and again. `null`: the client’s.',
  examples: [8192],
});

const keepAlive = orNull(keepAliveValue, {
  title: 'a duration such as 30m or 24h, or whole seconds, -1 for ever, or null',
  description:
    'How long Ollama keeps the model loaded after a request that does not say so itself. `null`: the server’s own default.',
  examples: ['30m'],
});

const keepAliveOverride = flag(false, 'Whether the keep-alive also replaces what a client asks for.');

export const modelName: z.ZodType<string> = z
  .string()
  .min(1)
  .max(512)
  .refine((value) => value.trim() === value)
  .meta({ title: 'a model’s name' });

const settings = z.strictObject({
  model: orNull(modelName, {
    description: 'What the name stands for. `null`: it is the model’s own name.',
    examples: ['llama3.2:1b'],
  }),
  fallbacks: z.array(modelName).default([]).meta({
    description:
      'Models that may answer in its place, in this order, when no upstream can serve it. The answer says so in `x-llamascope-model` and `x-llamascope-fallback`.',
    title: 'a list of models',
  }),
  numCtx,
  keepAlive,
  keepAliveOverride,
});

const FORM = 'a model’s name, or a group of model, fallbacks, numCtx, keepAlive and keepAliveOverride';

const entry: z.ZodType<ModelConfig> = z
  .union([modelName.transform((model) => ({ model })), settings])
  .transform((value): ModelConfig => ({
    fallbacks: [],
    numCtx: null,
    keepAlive: null,
    keepAliveOverride: false,
    ...value,
  }))
  .meta({ title: FORM });

export const modelsSchema: z.ZodType<Readonly<Record<string, ModelConfig>>> = z
  .record(modelName, entry)
  .superRefine((models, context) => {
    for (const name of Object.keys(models)) {
      const circle = circleFrom(name, models);
      if (circle === null) continue;
      const message = `${circle.join(' → ')} goes round in a circle`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .default({})
  .meta({
    title: 'model names, each with the name of a model or a group of settings',
    description:
      'What names of models mean. `fast: llama3.2:1b` makes `fast` an alias; a group says more: `model` (what it stands for), `fallbacks` (models that may answer in its place), `numCtx`, `keepAlive` and `keepAliveOverride` (how Ollama loads it). See docs/guides/several-upstreams.md.',
    examples: [{ fast: 'llama3.2:1b', 'qwen2.5:32b': { fallbacks: ['qwen2.5:7b'] } }],
  });

const tagged = (name: string): string => (name.includes(':') ? name : `${name}:latest`);

/** The way of an alias back to itself, or null. */
function circleFrom(name: string, models: Readonly<Record<string, ModelConfig>>): readonly string[] | null {
  const byTag = new Map(Object.entries(models).map(([key, value]) => [tagged(key), value]));
  const way = [name];
  let current: string | null = name;
  while (current !== null) {
    current = byTag.get(tagged(current))?.model ?? null;
    if (current === null) return null;
    const back = way.some((one) => tagged(one) === tagged(current as string));
    way.push(current);
    if (back) return tagged(current) === tagged(name) ? way : null;
  }
  return null;
}

export const ollamaSchema: z.ZodType<OllamaConfig> = z.strictObject({
  numCtx,
  keepAlive,
  embeddingKeepAlive: orNull(keepAliveValue, {
    title: 'a duration such as 30m or 24h, or whole seconds, -1 for ever, or null',
    description: 'The same for embeddings. `null`: as `keepAlive`.',
  }),
  keepAliveOverride,
});
