import { parseArgs } from 'node:util';
import { nearest } from '../config/nearest.ts';
import { UsageError } from './io.ts';

export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help, e.g. `HOST:PORT`; null for a switch, which also has a `--no-` form. */
  readonly value: string | null;
  readonly repeatable?: boolean;
  readonly help: string;
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[]>>;

/** Reads options; positional arguments are refused. Throws `UsageError` with what was probably meant. */
export function readOptions(args: readonly string[], specs: readonly OptionSpec[]): OptionValues {
  return readArguments(args, specs, 0).options;
}

export interface Arguments {
  readonly options: OptionValues;
  readonly positionals: readonly string[];
}

/** Reads options and at most `most` positional arguments, in any order. Throws `UsageError`. */
export function readArguments(
  args: readonly string[],
  specs: readonly OptionSpec[],
  most: number,
): Arguments {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      specs.map((spec) => [
        spec.name,
        {
          type: spec.value === null ? ('boolean' as const) : ('string' as const),
          ...(spec.short === undefined ? {} : { short: spec.short }),
        },
      ]),
    ),
  });
  const values: Record<string, string | boolean | string[]> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional' && positionals.push(token.value) > most)
      throw new UsageError(`unexpected argument "${token.value}"`);
    if (token.kind !== 'option') continue;
    const spec = byName.get(token.name);
    const negated =
      spec === undefined && token.name.startsWith('no-') ? byName.get(token.name.slice(3)) : undefined;
    if (negated?.value === null) values[negated.name] = false;
    else if (spec === undefined) throw unknownOption(token.rawName, specs);
    else put(values, spec, token);
  }
  return { options: values, positionals };
}

function put(
  values: Record<string, string | boolean | string[]>,
  spec: OptionSpec,
  token: {
    readonly rawName: string;
    readonly value?: string | undefined;
    readonly inlineValue?: boolean | undefined;
  },
): void {
  if (spec.value === null) {
    if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`);
    values[spec.name] = true;
    return;
  }
  if (token.value === undefined || (token.inlineValue !== true && token.value.startsWith('--'))) {
    throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${spec.value}`);
  }
  const before = values[spec.name];
  if (spec.repeatable === true) values[spec.name] = [...(Array.isArray(before) ? before : []), token.value];
  else if (before === undefined) values[spec.name] = token.value;
  else throw new UsageError(`${token.rawName} is given twice`);
}

function unknownOption(rawName: string, specs: readonly OptionSpec[]): UsageError {
  const names = specs.flatMap(({ name, value }) =>
    value === null ? [`--${name}`, `--no-${name}`] : [`--${name}`],
  );
  const meant = nearest(rawName, names);
  return new UsageError(`unknown option ${rawName}${meant === null ? '' : `; did you mean ${meant}?`}`);
}
