/** Values that arrive as text (environment, flags), read as the type their key has. */
import type { JsonValue } from '../core/json.ts';
import { accepts, alternatives, type SchemaNode } from './schema-tree.ts';

const YES = new Set(['true', '1', 'yes', 'on']);
const NO = new Set(['false', '0', 'no', 'off']);

export type TextReading = { readonly value: JsonValue } | { readonly problem: string };

/** What cannot be read as its type stays text; the schema then says what it expected. */
export function readText(text: string, node: SchemaNode): TextReading {
  const trimmed = text.trim();
  const lower = trimmed.toLowerCase();
  if (accepts(node, 'null') && lower === 'null') return { value: null };
  if (accepts(node, 'boolean') && YES.has(lower)) return { value: true };
  if (accepts(node, 'boolean') && NO.has(lower)) return { value: false };
  if (accepts(node, 'number') && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) {
    return { value: Number(trimmed) };
  }
  if (accepts(node, 'array') || accepts(node, 'object')) return readStructure(trimmed, node);
  return { value: text };
}

function readStructure(text: string, node: SchemaNode): TextReading {
  if (/^[[{]/.test(text)) {
    try {
      return { value: JSON.parse(text) as JsonValue };
    } catch (error) {
      // The parser's own message quotes the text, which may hold secrets: only the place is told.
      const position = /position (\d+)/.exec((error as Error).message)?.[1];
      return {
        problem: `not valid JSON${position === undefined ? ' (it ends too early)' : ` at character ${Number(position) + 1}`}`,
      };
    }
  }
  const words = alternatives(node).some((one) => one.items?.enum !== undefined);
  if (words && /^[\w-]+(\s*,\s*[\w-]+)*$/.test(text)) return { value: text.split(/\s*,\s*/) };
  return { problem: 'expected JSON, beginning with [ or {' };
}
