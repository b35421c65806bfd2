/**
 * What the configuration says of models by name: what an alias stands for, which models may answer in place of another,
 * and how a model is to be loaded. Everything is looked up once per request, by name; an alias's own settings win
 * over those of the model it stands for.
 */
import { modelId, type ModelId } from '../core/ids.ts';
import type { LoadSettings } from '../core/request.ts';
import { withTag } from './model-pattern.ts';

/** One entry of `models` in the configuration. */
export interface ModelOptions extends LoadSettings {
  /** What the name stands for, or null when it is a model's own. */
  readonly model: string | null;
  /** Asked in this order when no upstream can serve the model. */
  readonly fallbacks: readonly string[];
}

export interface Alias {
  readonly alias: ModelId;
  readonly model: ModelId;
}

export interface ModelTable {
  /** The model that a name stands for; itself when it is no alias. */
  resolve(name: ModelId): ModelId;
  /** The models that may answer in place of this one, in order, aliases resolved. `alias`: the name it was asked by. */
  fallbacks(model: ModelId, alias: ModelId | null): readonly ModelId[];
  /** How to load the model, or null when nothing is said. */
  loading(model: ModelId, alias: ModelId | null): LoadSettings | null;
  readonly aliases: readonly Alias[];
}

const NONE: readonly ModelId[] = [];

interface Entry {
  readonly model: ModelId;
  readonly fallbacks: readonly ModelId[];
  readonly loading: LoadSettings | null;
}

/** Throws a TypeError that names the entry when aliases go round in a circle. */
export function createModelTable(options: Readonly<Record<string, ModelOptions>>): ModelTable {
  const given = new Map(Object.entries(options).map(([name, entry]) => [withTag(name), entry]));
  const names = Object.keys(options);
  const entries = new Map<string, Entry>();
  for (const name of names) {
    const entry = compile(name, given);
    entries.set(name, entry);
    entries.set(withTag(name), entry);
    if (name.endsWith(':latest')) entries.set(name.slice(0, -':latest'.length), entry);
  }
  const of = (model: ModelId, alias: ModelId | null): readonly (Entry | undefined)[] => [
    alias === null ? undefined : entries.get(alias),
    entries.get(model),
  ];
  const aliases = names.flatMap((name): readonly Alias[] =>
    (options[name]?.model ?? null) === null
      ? []
      : [{ alias: modelId(name), model: (entries.get(name) as Entry).model }],
  );
  if (entries.size === 0) return NO_MODELS;
  return {
    resolve: (name) => entries.get(name)?.model ?? name,
    fallbacks: (model, alias) =>
      of(model, alias).find((entry) => (entry?.fallbacks.length ?? 0) > 0)?.fallbacks ?? NONE,
    loading: (model, alias) => merged(of(model, alias).map((entry) => entry?.loading ?? null)),
    aliases,
  };
}

/** Nothing is said of any model. */
export const NO_MODELS: ModelTable = {
  resolve: (name) => name,
  fallbacks: () => NONE,
  loading: () => null,
  aliases: [],
};

function compile(name: string, given: ReadonlyMap<string, ModelOptions>): Entry {
  const entry = given.get(withTag(name)) as ModelOptions;
  const { numCtx, keepAlive, keepAliveOverride } = entry;
  return {
    model: modelId(resolveName(name, given)),
    fallbacks: entry.fallbacks.map((fallback) => modelId(resolveName(fallback, given))),
    loading: numCtx === null && keepAlive === null ? null : { numCtx, keepAlive, keepAliveOverride },
  };
}

/** Follows aliases of aliases. A name that stands for nothing is kept as it was written. */
function resolveName(name: string, given: ReadonlyMap<string, ModelOptions>): string {
  const seen: string[] = [name];
  let current = name;
  for (;;) {
    const next = given.get(withTag(current))?.model ?? null;
    if (next === null) return current;
    if (seen.some((one) => withTag(one) === withTag(next)))
      throw new TypeError(`models: ${[...seen, next].join(' → ')} goes round in a circle`);
    seen.push(next);
    current = next;
  }
}

/** The first that says something decides, for each setting by itself. */
function merged(all: readonly (LoadSettings | null)[]): LoadSettings | null {
  const said = all.filter((one) => one !== null);
  const [first] = said;
  if (first === undefined || said.length === 1) return first ?? null;
  const keeping = said.find((one) => one.keepAlive !== null);
  return {
    numCtx: said.find((one) => one.numCtx !== null)?.numCtx ?? null,
    keepAlive: keeping?.keepAlive ?? null,
    keepAliveOverride: keeping?.keepAliveOverride ?? false,
  };
}
