import path from 'node:path';
import type { Rule } from 'eslint';
import { ROOT_BECAUSE, ROOT_FILES_OPEN_TO, WALLS, WEB_WALL } from './walls.ts';

/** What an import means for the walls; null when it is allowed. */
export function wallBreach(source: string, file: string, src: string): string | null {
  const relative = path.relative(src, file).split(path.sep);
  const folder = relative.length > 1 ? (relative[0] ?? null) : null;
  const wall = folder === null ? null : WALLS[folder];
  if (folder !== null && wall === undefined)
    return `src/${folder} has no wall yet: say in scripts/walls.ts what it may import, and why.`;

  if (source.startsWith('.')) return relativeBreach(path.resolve(path.dirname(file), source), src, folder);
  if (source.startsWith('node:')) {
    return folder === 'core' ? `core may not import ${source}: ${WALLS['core']?.because ?? ''}.` : null;
  }
  const name = source.split('/', source.startsWith('@') ? 2 : 1).join('/');
  if (wall === null || wall === undefined || wall.packages.includes(name)) return null;
  return `${folder ?? 'src'} may not import the package ${name}: ${wall.because}.`;
}

function relativeBreach(target: string, src: string, folder: string | null): string | null {
  const to = path.relative(src, target).split(path.sep);
  if (to[0] === '..') return 'src may not import from outside src: only src is published.';
  const toFolder = to.length > 1 ? (to[0] ?? '') : null;
  if (folder === null) {
    return toFolder === 'cli' ? `src may not import cli: ${ROOT_BECAUSE}.` : null;
  }
  const wall = WALLS[folder];
  if (toFolder === null) {
    const open = ROOT_FILES_OPEN_TO[folder] ?? [];
    if (open.includes(to[0] ?? '')) return null;
    return `${folder} may not import ${to[0] ?? ''}: the files in src compose the folders and stand above them.`;
  }
  if (toFolder === folder || wall?.may.includes(toFolder) === true) return null;
  return `${folder} may not import ${toFolder}: ${wall?.because ?? ''}.`;
}

/** `import type` and `export type`, which leave nothing in what is built. */
const isTypesOnly = (node: Rule.Node): boolean =>
  (node as { importKind?: string }).importKind === 'type' ||
  (node as { exportKind?: string }).exportKind === 'type';

/** The same for a file of the page. */
export function webWallBreach(source: string, file: string, root: string, typesOnly: boolean): string | null {
  if (!source.startsWith('.')) {
    const name = source.split('/', source.startsWith('@') ? 2 : 1).join('/');
    return WEB_WALL.packages.includes(name)
      ? null
      : `web may not import the package ${name}: ${WEB_WALL.because}.`;
  }
  const target = path.relative(root, path.resolve(path.dirname(file), source)).split(path.sep);
  if (target[0] === 'web') return null;
  const inSrc = target[0] === 'src' ? target.slice(1).join('/') : null;
  if (inSrc === null || !WEB_WALL.types.includes(inSrc))
    return `web may not import ${target.join('/')}: ${WEB_WALL.because}.`;
  return typesOnly ? null : `web may import only types from ${target.join('/')}: ${WEB_WALL.because}.`;
}

/** `import`, `export … from` and `import()` against the table in walls.ts. */
export const wallsRule: Rule.RuleModule = {
  meta: { type: 'problem', schema: [], messages: { breach: '{{ why }}' } },
  create(context: Rule.RuleContext): Rule.RuleListener {
    const src = path.join(context.cwd, 'src');
    const web = path.join(context.cwd, 'web');
    const inWeb = context.filename.startsWith(web + path.sep);
    if (!inWeb && !context.filename.startsWith(src + path.sep)) return {};
    const check = (node: Rule.Node, source: unknown): void => {
      if (typeof source !== 'string') return;
      const why = inWeb
        ? webWallBreach(source, context.filename, context.cwd, isTypesOnly(node))
        : wallBreach(source, context.filename, src);
      if (why !== null) context.report({ node, messageId: 'breach', data: { why } });
    };
    return {
      ImportDeclaration: (node) => {
        check(node, node.source.value);
      },
      ExportNamedDeclaration: (node) => {
        check(node, node.source?.value);
      },
      ExportAllDeclaration: (node) => {
        check(node, node.source.value);
      },
      ImportExpression: (node) => {
        check(node, node.source.type === 'Literal' ? node.source.value : undefined);
      },
    };
  },
};
