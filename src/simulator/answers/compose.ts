import { createHash } from 'node:crypto';
import type { JsonValue } from '../../core/json.ts';
import { seededRng } from '../../runtime/rng.ts';
import type { Ask } from '../ask.ts';
import { valueFromSchema } from './json-schema.ts';
import type { AnswerTable } from './table.ts';
import { planToolCall } from './tool-choice.ts';
import type { PlannedCall } from './tool-choice.ts';

/** The whole answer to a request, decided before its first token. */
export interface AnswerPlan {
  readonly thinking: string;
  readonly text: string;
  readonly toolCall: PlannedCall | null;
}

/** Sentences for prompts the table does not know: true of any subject, so that none is a lie. */
const FILLERS = [
  'It depends on the context, so it helps to start with what is already known.',
  'A good first step is to write down the goal in one sentence.',
  'Most people find it easier after seeing one worked example.',
  'There are usually two or three reasonable ways to go about it.',
  'The details matter more than they seem to at first.',
  'Small steps with a check after each one avoid most mistakes.',
  'It is worth comparing the result with a second source.',
  'In practice the simplest option is often good enough.',
  'If something looks surprising, look at the assumptions first.',
  'Keep what works and change one thing at a time.',
  'A short summary at the end makes it easier to come back to later.',
  'The answer changes with scale: what fits a small case may not fit a large one.',
];

/**
 * Plans an answer: a tool call where tools are given and the prompt asks for one, the table's answer where it
 * knows the question, and otherwise a text that is fixed by a hash of everything in the request. That text
 * carries the hash, so that an answer served for the wrong request can be recognised.
 */
export async function planAnswer(
  ask: Ask,
  model: string,
  thinks: boolean,
  table: AnswerTable,
): Promise<AnswerPlan> {
  const question = lastUserText(ask);
  const thinking = thinks
    ? `The user asks: “${shorten(question)}”. I should answer directly and keep it short.`
    : '';
  const toolCall = planToolCall(ask, question);
  if (toolCall !== null) return { thinking, text: '', toolCall };
  const known = afterToolResult(ask) ?? (await table.find(question));
  const text = known ?? unknownAnswer(ask, model, question);
  return { thinking, text: ask.format === null ? text : formatted(ask.format, text), toolCall: null };
}

function lastUserText(ask: Ask): string {
  return ask.messages.findLast(({ role }) => role === 'user')?.content ?? '';
}

/** After a tool's result the model reports it. */
function afterToolResult(ask: Ask): string | null {
  const last = ask.messages.at(-1);
  if (last?.role !== 'tool') return null;
  return `According to ${last.toolName ?? 'the tool'}: ${shorten(last.content, 400)}`;
}

function unknownAnswer(ask: Ask, model: string, question: string): string {
  const hash = createHash('sha256');
  hash.update(model);
  for (const { role, content, images } of ask.messages) hash.update(JSON.stringify([role, content, images]));
  const digest = hash.digest();
  const rng = seededRng(digest.readUInt32LE(0));
  const sentences = Array.from(
    { length: 1 + Math.floor(rng.next() * 4) },
    () => FILLERS[Math.floor(rng.next() * FILLERS.length)] ?? '',
  );
  const subject = question.trim() === '' ? 'your request' : `“${shorten(question)}”`;
  return `About ${subject}: ${[...new Set(sentences)].join(' ')} (simulated answer ${digest.toString('hex', 0, 4)})`;
}

function formatted(format: NonNullable<Ask['format']>, text: string): string {
  const value: JsonValue =
    format === 'json'
      ? { answer: text }
      : valueFromSchema(format, {
          text: () => text,
          number: () => Number(/-?\d+(?:\.\d+)?/.exec(text)?.[0] ?? 42),
        });
  return JSON.stringify(value);
}

function shorten(text: string, limit = 80): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const letters = Array.from(line);
  return letters.length <= limit ? line : `${letters.slice(0, limit - 1).join('')}…`;
}
