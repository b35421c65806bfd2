/**
 * The script of the demonstration: a day in which everything that the page can show happens once. An hour passes in a
 * minute at speed 1; the day begins at eight and comes again. What is asked follows the seed.
 */
import type { Rng } from '../runtime/rng.ts';
import type { FaultRule } from '../simulator/faults/plan.ts';

export const FIRST_HOUR = 8;
export const HOUR_MS = 60_000;
export const SERVERS = ['gpu-1', 'gpu-2', 'gpu-3'] as const;
export type ServerName = (typeof SERVERS)[number];

export interface Incident {
  readonly server: ServerName;
  readonly from: number;
  readonly to: number;
  /** What somebody who looks on is told. */
  readonly says: string;
  readonly rules: readonly FaultRule[];
}

/** In hours of the day. Each server fails in a way of its own, and once two fail together. */
export const INCIDENTS: readonly Incident[] = [
  {
    server: 'gpu-2',
    from: 9,
    to: 10.5,
    says: 'gpu-2 answers every request with 500: its breaker opens, the others take over',
    rules: [{ fault: 'status', status: 500 }],
  },
  {
    server: 'gpu-3',
    from: 11.5,
    to: 12.25,
    says: 'gpu-3 cuts a third of its answers',
    rules: [{ fault: 'reset', rate: 0.35, afterItems: 2 }],
  },
  {
    server: 'gpu-1',
    from: 13.5,
    to: 14.25,
    says: 'gpu-1 is slow: two seconds before every answer',
    rules: [{ fault: 'delay', delayMs: 2_000 }],
  },
  {
    server: 'gpu-2',
    from: 16,
    to: 17,
    says: 'gpu-2 cannot be reached at all',
    rules: [{ fault: 'refuse' }],
  },
  {
    server: 'gpu-3',
    from: 16.5,
    to: 17,
    says: 'and gpu-3 is overloaded with it',
    rules: [{ fault: 'status', status: 503, rate: 0.6 }],
  },
];

export function hourAt(elapsedMs: number, speed: number): number {
  return (FIRST_HOUR + (elapsedMs * speed) / HOUR_MS) % 24;
}

export function incidentsAt(hour: number): readonly Incident[] {
  return INCIDENTS.filter(({ from, to }) => hour >= from && hour < to);
}

/** Requests per second: quiet nights, a wave in the morning, a higher one in the afternoon, and the lunch hour between. */
export function requestsPerSecond(hour: number): number {
  const wave = (centre: number, width: number): number => Math.exp(-(((hour - centre) / width) ** 2));
  return 1.5 + 9 * wave(10, 1.6) + 13 * wave(15, 2) + 4 * wave(20, 1.5);
}

export interface Question {
  readonly model: string;
  readonly text: string;
  readonly client: string;
  readonly stream: boolean;
}

/** The same question in several words: what a cache by meaning is for. Every answer of a row is the same. */
const PHRASINGS: readonly (readonly string[])[] = [
  ['What is the capital of France?', 'Which city is the capital of France?'],
  ['At what temperature does water boil?', 'What is the boiling point of water?'],
  ['Who wrote Romeo and Juliet?', 'Who is the author of Romeo and Juliet?'],
  ['What is the capital of Japan?', 'Which city is the capital of Japan?'],
  ['What is photosynthesis?', 'Can you explain photosynthesis?'],
  ['How do I reverse a list in Python?', 'How can I reverse a Python list?'],
  ['How many bones are in the human body?', 'How many bones does a human have?'],
  // Close to one above and not the same: the guard has to say no.
  ['What is the capital of Germany?'],
  ['At what temperature does water freeze?'],
];
const CLIENTS = ['chat-ui', 'support-bot', 'notebook', 'batch-summaries'] as const;

const pick = <T>(from: readonly T[], rng: Rng): T => from[Math.floor(rng.next() * from.length)] as T;

/** Mostly the everyday model; now and then one that has to be loaded first. */
export function nextQuestion(rng: Rng, number: number): Question {
  const kind = rng.next();
  const model = rng.next() < 0.9 ? 'llama3.2:1b' : rng.next() < 0.7 ? 'qwen2.5:0.5b' : 'qwen3:0.6b';
  const text =
    kind < 0.35
      ? pick(pick(PHRASINGS, rng), rng)
      : `Summarise ticket ${kind < 0.5 ? Math.floor(rng.next() * 20) : 1_000 + number} in two sentences.`;
  return { model, text, client: pick(CLIENTS, rng), stream: rng.next() < 0.8 };
}
