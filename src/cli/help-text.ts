import type { OptionSpec } from './arguments.ts';

const WIDTH = 100;
const COLUMN = 34;

/** A list of options, the explanation beside each, wrapped. */
export function optionList(specs: readonly OptionSpec[]): string {
  return specs.map((spec) => entry(optionName(spec), spec.help)).join('\n');
}

function optionName({ name, short, value }: OptionSpec): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === null ? '' : ` ${value}`}`;
}

/** A term and its explanation in two columns. */
export function entry(term: string, explanation: string): string {
  const lines = wrap(explanation, WIDTH - COLUMN);
  const indent = ' '.repeat(COLUMN);
  const first = `  ${term}`;
  if (first.length + 2 > COLUMN) return [first, ...lines.map((line) => indent + line)].join('\n');
  return lines.map((line, index) => (index === 0 ? first.padEnd(COLUMN) : indent) + line).join('\n');
}

export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
