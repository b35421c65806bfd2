import { configJsonSchema, expectation, leaves, type SchemaNode } from './schema-tree.ts';

/** docs/configuration.md, from the schema: every key with what it takes, its default and what it means. */
export function configurationReference(): string {
  const upstream = upstreamLeaves();
  return [
    '<!-- Written by `npm run generate` from src/config/schema.ts. Edit the descriptions there. -->',
    '',
    '# Configuration',
    '',
    'Flags win over the environment, the environment over the file, the file over the defaults.',
    '',
    '- **File**: `--config PATH`, else `LLAMASCOPE_CONFIG`, else `./llamascope.yaml` when it is there. YAML or JSON.',
    '- **Environment**: `LLAMASCOPE_` and the path of the key in capitals: `cache.ttlMs` is `LLAMASCOPE_CACHE_TTL_MS`. Lists are JSON. `METRICS_ENABLED` is short for `LLAMASCOPE_METRICS_ENABLED`. A secret can stand in a file that is named by its variable and `_FILE`: `LLAMASCOPE_ADMIN_TOKEN_FILE`.',
    '- **Flags**: `llamascope serve --help` lists them.',
    '',
    'Unknown keys and bad values are refused with the place, the value and what was expected; `llamascope check` does that without starting anything.',
    '[`llamascope.schema.json`](../llamascope.schema.json) is the same as JSON Schema for editors.',
    '',
    '| key | takes | default | meaning |',
    '|---|---|---|---|',
    ...leaves.map(({ path, node }) => row(path.join('.'), node)),
    '',
    '## Each upstream',
    '',
    '| key | takes | default | meaning |',
    '|---|---|---|---|',
    ...upstream.map(({ path, node }) => row(`upstreams[].${path}`, node)),
    '',
  ].join('\n');
}

function row(key: string, node: SchemaNode): string {
  const standard = node.default === undefined ? '' : `\`${JSON.stringify(node.default)}\``;
  return `| \`${key}\` | ${cell(expectation(node))} | ${cell(standard)} | ${cell(node.description ?? '')} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function upstreamLeaves(): readonly { readonly path: string; readonly node: SchemaNode }[] {
  const items = configJsonSchema.properties?.['upstreams']?.items;
  return items === undefined ? [] : [...walk(items, '')];
}

function* walk(node: SchemaNode, path: string): Generator<{ path: string; node: SchemaNode }> {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const at = path === '' ? key : `${path}.${key}`;
    if (child.properties === undefined) yield { path: at, node: child };
    else yield* walk(child, at);
  }
}
