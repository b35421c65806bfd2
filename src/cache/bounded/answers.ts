/**
 * Whether two answers say the same, decided without a model. Equal wording says yes; other numbers or names say no; between
 * them it is not known, and whoever has no judge to ask takes that for a no: a label too many of that kind makes
 * the bound stricter, never looser.
 */
import { hash } from 'node:crypto';
import type { Answer } from '../../core/answer.ts';

export type Comparison = 'same' | 'different' | 'unsure';

export function compareAnswers(a: Answer, b: Answer): Comparison {
  const left = wording(a);
  const right = wording(b);
  if (left === null || right === null) return 'different';
  if (normalise(left) === normalise(right)) return 'same';
  return sameSet(numbersOf(left), numbersOf(right)) && sameSet(namesOf(left), namesOf(right))
    ? 'unsure'
    : 'different';
}

/** Equal for answers whose wording is equal but for case, spacing, punctuation and mark-up. */
export function answerClass(answer: Answer): string {
  const text = wording(answer);
  return text === null ? '' : hash('sha256', normalise(text), 'base64').slice(0, 16);
}

/** Null for what is no text alone: an embedding, or an answer with calls. */
function wording(answer: Answer): string | null {
  return answer.kind === 'text' && answer.toolCalls.length === 0 ? answer.text : null;
}

function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\d),(?=\d{3}\b)/g, '')
    .replace(/[.](?!\d)|(?<!\d)[.]|[^\p{L}\p{N}.%+\-]+/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
}

function numbersOf(text: string): Set<string> {
  const found = text.match(/\d+(?:[.,:/-]\d+)*/g) ?? [];
  return new Set(found.map((number) => number.replace(/,(?=\d{3}\b)/g, '')));
}

/** Capitalised words that do not begin a sentence. */
function namesOf(text: string): Set<string> {
  const found = text.matchAll(/(?<=[\p{L}\p{N},;:)"'’]\s+)\p{Lu}[\p{L}\p{N}'’-]*/gu);
  return new Set([...found].map(([name]) => name.toLowerCase()));
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}
