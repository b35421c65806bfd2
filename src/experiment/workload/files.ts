/** Workloads from files: prompts (one a line, or JSONL) and traces of arrivals (CSV or JSONL). */
import { isJsonObject, type JsonValue } from '../../core/json.ts';
import type { Topic } from './questions.ts';

/** A file that cannot be used; the message names file, line, what stood there and what was expected. */
export class WorkloadFileError extends Error {
  override readonly name = 'WorkloadFileError';
}

const MAX_TOPICS = 100_000;
const MAX_ARRIVALS = 1_000_000;

/**
 * Reads prompts. A line is a prompt as it is, or, when it begins with `{`, an object `{"prompt": …, "topic": …,
 * "answer": …}`: lines of one `topic` are wordings of one question, and an `answer` lets wrong ones be noticed.
 */
export function readPrompts(text: string, file: string): readonly Topic[] {
  const topics = new Map<string, { wordings: string[]; answer: string | null }>();
  for (const { line, at } of linesOf(text)) {
    const { prompt, topic, answer } = line.startsWith('{')
      ? promptObject(line, `${file}:${at}`)
      : plain(line);
    const known = topics.get(topic);
    if (known === undefined) topics.set(topic, { wordings: [prompt], answer });
    else known.wordings.push(prompt);
  }
  if (topics.size === 0) throw new WorkloadFileError(`${file}: no prompts in it, expected one a line`);
  if (topics.size > MAX_TOPICS)
    throw new WorkloadFileError(`${file}: ${topics.size} topics, expected at most ${MAX_TOPICS}`);
  return [...topics.values()];
}

function plain(line: string): { prompt: string; topic: string; answer: null } {
  return { prompt: line, topic: line, answer: null };
}

function promptObject(line: string, place: string): { prompt: string; topic: string; answer: string | null } {
  const value = parse(line, place);
  const prompt = isJsonObject(value) ? value['prompt'] : undefined;
  if (!isJsonObject(value) || typeof prompt !== 'string' || prompt === '')
    throw new WorkloadFileError(`${place}: ${shown(line)}, expected {"prompt": "…"} with a text`);
  const { topic, answer } = value;
  if (topic !== undefined && typeof topic !== 'string')
    throw new WorkloadFileError(`${place}: topic ${JSON.stringify(topic)}, expected a text`);
  if (answer !== undefined && typeof answer !== 'string')
    throw new WorkloadFileError(`${place}: answer ${JSON.stringify(answer)}, expected a text`);
  return { prompt, topic: topic ?? prompt, answer: answer ?? null };
}

/**
 * Reads arrival times, milliseconds from the first. CSV with a header that has a column `timestamp` (any case): dates
 * or numbers of seconds. JSONL of objects with `timestamp`: numbers of milliseconds, or dates.
 */
export function readTrace(text: string, file: string): readonly number[] {
  const lines = linesOf(text);
  const [first] = lines;
  if (first === undefined) throw new WorkloadFileError(`${file}: empty, expected a trace of arrivals`);
  const times = first.line.startsWith('{') ? jsonTimes(lines, file) : csvTimes(lines, file);
  if (times.length === 0) throw new WorkloadFileError(`${file}: no arrivals in it`);
  if (times.length > MAX_ARRIVALS)
    throw new WorkloadFileError(`${file}: ${times.length} arrivals, expected at most ${MAX_ARRIVALS}`);
  const sorted = [...times].sort((a, b) => a - b);
  const from = sorted[0] ?? 0;
  return sorted.map((time) => time - from);
}

interface Line {
  readonly line: string;
  readonly at: number;
}

function linesOf(text: string): readonly Line[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), at: index + 1 }))
    .filter(({ line }) => line !== '');
}

function csvTimes(lines: readonly Line[], file: string): readonly number[] {
  const header = (lines[0]?.line ?? '').split(',').map((name) => name.trim().toLowerCase());
  const column = header.indexOf('timestamp');
  if (column < 0) {
    const found = shown(lines[0]?.line ?? '');
    throw new WorkloadFileError(`${file}:1: ${found}, expected a header with a column "timestamp"`);
  }
  return lines.slice(1).map(({ line, at }) => {
    const cell = (line.split(',')[column] ?? '').trim();
    const seconds = Number(cell);
    const time = cell !== '' && Number.isFinite(seconds) ? seconds * 1_000 : dateMs(cell);
    if (time === null)
      throw new WorkloadFileError(`${file}:${at}: ${shown(cell)}, expected a date or a number of seconds`);
    return time;
  });
}

function jsonTimes(lines: readonly Line[], file: string): readonly number[] {
  return lines.map(({ line, at }) => {
    const value = parse(line, `${file}:${at}`);
    const timestamp = isJsonObject(value) ? value['timestamp'] : undefined;
    const time =
      typeof timestamp === 'number' ? timestamp : typeof timestamp === 'string' ? dateMs(timestamp) : null;
    if (time === null || !Number.isFinite(time)) {
      const expected = 'expected {"timestamp": …} with milliseconds or a date';
      throw new WorkloadFileError(`${file}:${at}: ${shown(line)}, ${expected}`);
    }
    return time;
  });
}

/** Dates without a zone are read as UTC, so that a trace means the same everywhere. */
function dateMs(text: string): number | null {
  const iso = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text;
  // Azure's traces have seven decimals; a date takes three.
  const time = Date.parse(iso.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(time) ? null : time;
}

function parse(line: string, place: string): JsonValue {
  try {
    return JSON.parse(line) as JsonValue;
  } catch (error) {
    throw new WorkloadFileError(`${place}: ${shown(line)} is not JSON: ${(error as Error).message}`);
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text);
}
