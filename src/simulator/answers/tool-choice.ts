import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Ask, SimTool } from '../ask.ts';
import { valueFromSchema } from './json-schema.ts';
import { stem, wordsOf } from './words.ts';

export interface PlannedCall {
  readonly name: string;
  readonly arguments: JsonObject;
}

/** Verbs in tool names that say nothing of what the tool is about. */
const GENERIC = new Set([
  'get',
  'set',
  'find',
  'fetch',
  'lookup',
  'look',
  'up',
  'call',
  'run',
  'do',
  'current',
  'by',
  'tool',
  'function',
]);

/**
 * The tool call a prompt asks for, or null: the tool whose name (`get_current_weather` → weather) shares most
 * words with the prompt, or the one that the request forces. A prompt that follows a tool's result gets an answer, not another call.
 */
export function planToolCall(ask: Ask, question: string): PlannedCall | null {
  if (ask.tools.length === 0 || ask.toolChoice === 'none') return null;
  if (ask.messages.at(-1)?.role === 'tool') return null;
  const tool = chooseTool(ask, question);
  if (tool === null) return null;
  const schema = tool.parameters;
  if (schema === null) return { name: tool.name, arguments: {} };
  const value = valueFromSchema(schema, {
    text: (property) => argumentText(property, question),
    number: () => Number(/-?\d+(?:\.\d+)?/.exec(question)?.[0] ?? 1),
  });
  return { name: tool.name, arguments: onlyNeeded(value, schema, question) };
}

function chooseTool(ask: Ask, question: string): SimTool | null {
  const choice = ask.toolChoice;
  if (typeof choice === 'object') return ask.tools.find(({ name }) => name === choice.name) ?? null;
  const words = wordsOf(question).content;
  let best: SimTool | null = null;
  let most = 0;
  for (const tool of ask.tools) {
    const score = nameWords(tool.name).filter((word) => words.has(word)).length;
    if (score > most) {
      best = tool;
      most = score;
    }
  }
  return best ?? (choice === 'required' ? (ask.tools[0] ?? null) : null);
}

function nameWords(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !GENERIC.has(word))
    .map(stem);
}

/** A name in the prompt (`in Paris`, `New York`), else a quoted text, else the whole prompt. */
function argumentText(property: string, question: string): string {
  if (/query|question|text|prompt|expression|message/i.test(property)) return question.trim();
  const quoted = /["“]([^"”]+)["”]/u.exec(question)?.[1];
  if (quoted !== undefined) return quoted;
  const afterPreposition = /\b(?:in|at|for|of|to|from|near)\s+((?:\p{Lu}[\p{L}'’-]*\s?)+)/u.exec(
    question,
  )?.[1];
  const insideSentence = /(?<=\s)\p{Lu}[\p{L}'’-]*(?:\s\p{Lu}[\p{L}'’-]*)*/u.exec(question)?.[0];
  return (afterPreposition ?? insideSentence ?? question).trim();
}

/** Required arguments, and optional ones only where the prompt names one of their allowed values. */
function onlyNeeded(value: JsonValue, schema: JsonObject, question: string): JsonObject {
  if (!isJsonObject(value)) return {};
  const required = Array.isArray(schema['required']) ? schema['required'] : null;
  if (required === null) return value;
  const lower = question.toLowerCase();
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  return Object.fromEntries(
    Object.entries(value).filter(([key, part]) => {
      const property = properties[key];
      const allowed = isJsonObject(property) && Array.isArray(property['enum']);
      return (
        required.includes(key) || (allowed && typeof part === 'string' && lower.includes(part.toLowerCase()))
      );
    }),
  );
}
