/**
 * What the guides tell their readers to run: fenced blocks and the queries of the metrics guide. The word after the language says
 * how it is run: nothing (it ends by itself), `goes-on` (each line until it is stopped), or `no-run:` and why not.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GUIDES = 'docs/guides';
const METRICS_GUIDE = `${GUIDES}/metrics.md`;

export interface Block {
  /** File and line. */
  readonly place: string;
  readonly language: string;
  /** What stands after the language. */
  readonly how: string;
  readonly text: string;
}

export function guideFiles(): readonly string[] {
  const guides = readdirSync(join(ROOT, GUIDES)).filter((name) => name.endsWith('.md'));
  return ['README.md', ...guides.toSorted().map((name) => `${GUIDES}/${name}`)];
}

export function blocksOf(file: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { line: number; indent: string; language: string; how: string; lines: string[] } | null = null;
  for (const [index, line] of readFileSync(join(ROOT, file), 'utf8').split('\n').entries()) {
    const fence = /^(\s*)```(\w*)\s*(.*)$/.exec(line);
    if (open === null && fence !== null) {
      const [, indent = '', language = '', how = ''] = fence;
      open = { line: index + 1, indent, language, how, lines: [] };
    } else if (open !== null && fence !== null) {
      const { line: at, language, how, lines } = open;
      blocks.push({ place: `${file}:${String(at)}`, language, how, text: lines.join('\n') });
      open = null;
    } else open?.lines.push(line.slice(open.indent.length));
  }
  return blocks;
}

export const BLOCKS: readonly Block[] = guideFiles().flatMap(blocksOf);

/** A row of the metrics guide. */
export interface MetricRow {
  readonly name: string;
  readonly tells: string;
  readonly example: string;
  readonly query: string;
}

export const METRIC_ROWS: readonly MetricRow[] = readFileSync(join(ROOT, METRICS_GUIDE), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [, name = '', tells = '', example = '', query = ''] = line
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|'));
    const code = (cell: string): string => cell.replace(/^`|`$/g, '');
    return { name: code(name), tells, example: code(example), query: code(query) };
  });

/** What the guides ask of Prometheus, wherever the data comes from. */
export const GUIDE_QUERIES: readonly { readonly place: string; readonly expr: string }[] = [
  ...BLOCKS.filter(({ language, how }) => language === 'promql' && how === '').map(({ place, text }) => ({
    // The line would change with every edit; the number of the block does not.
    place: place.split(':')[0] ?? place,
    expr: text,
  })),
  ...METRIC_ROWS.map(({ name, query }) => ({ place: `${METRICS_GUIDE} ${name}`, expr: query })),
];

export function naive(what: string): string {
  const block = BLOCKS.find(({ how }) => how === `naive: ${what}`);
  if (block === undefined) throw new Error(`no block "naive: ${what}" in the guides`);
  return block.text;
}
