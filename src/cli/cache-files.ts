import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { AdminClient } from './admin-client.ts';
import { CommandFailure, type CliIo } from './io.ts';

/** Sent at once; the gateway takes up to 32 MiB. */
const BATCH_BYTES = 4 * 1024 * 1024;

/** A line with its number, counted from 1. */
export interface Line {
  readonly number: number;
  readonly value: JsonObject;
}

/** Every line that is a JSON object; what is wrong with the others goes to `problem`. Empty lines are nothing. */
export async function* readLines(
  path: string,
  io: CliIo,
  problem: (sentence: string) => void,
): AsyncGenerator<Line> {
  const input = createReadStream(resolve(io.cwd, path));
  let number = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      number += 1;
      if (text.trim() === '') continue;
      const value = parse(text);
      if (isJsonObject(value)) yield { number, value };
      else problem(`${path}:${number}: expected a JSON object, got ${JSON.stringify(text.slice(0, 40))}`);
    }
  } catch (error) {
    throw new CommandFailure(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

/** Answers how many entries there are. The file appears when it is whole. */
export async function exportCache(client: AdminClient, path: string, io: CliIo): Promise<number> {
  const target = resolve(io.cwd, path);
  const beside = `${target}.writing`;
  const response = await client.open('/admin/cache/export');
  const file = await open(beside, 'w', 0o600).catch((error: unknown) => {
    throw new CommandFailure(`${path} cannot be written: ${(error as Error).message}`, { cause: error });
  });
  let tail = '';
  let lines = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      await file.writeFile(chunk);
      const text = Buffer.from(chunk).toString('latin1');
      lines += text.split('\n').length - 1;
      tail = (tail + text).slice(-200);
      io.status(`${lines} lines`);
    }
  } catch (error) {
    throw new CommandFailure('the gateway cut the export off; nothing was written', { cause: error });
  } finally {
    io.status(null);
    await file.close();
    if (!tail.includes('{"end":true')) await rm(beside, { force: true });
  }
  const end = parse(tail.trimEnd().split('\n').at(-1) ?? '');
  if (!isJsonObject(end) || typeof end['entries'] !== 'number')
    throw new CommandFailure('the export ended early; nothing was written');
  await rename(beside, target);
  return end['entries'];
}

export interface ImportReport {
  readonly imported: number;
  readonly skipped: number;
  readonly problems: readonly string[];
}

export async function importCache(client: AdminClient, path: string, io: CliIo): Promise<ImportReport> {
  const report = { imported: 0, skipped: 0, problems: [] as string[] };
  const problem = (sentence: string): void => void report.problems.push(sentence);
  let batch: Line[] = [];
  let bytes = 0;
  let ended: number | null = null;
  let read = 0;
  const send = async (): Promise<void> => {
    if (batch.length === 0) return;
    const answer = await client.post('/admin/cache/import', { entries: batch.map(({ value }) => value) });
    take(answer, batch, path, report);
    batch = [];
    bytes = 0;
  };
  for await (const line of readLines(path, io, problem)) {
    const { value } = line;
    if (value['export'] !== undefined) {
      if (value['version'] !== 1)
        throw new CommandFailure(
          `${path}:${line.number}: form ${JSON.stringify(value['version'])}, expected 1`,
        );
    } else if (value['end'] === true) ended = Number(value['entries']);
    else {
      read += 1;
      batch.push(line);
      bytes += JSON.stringify(value).length;
      if (bytes >= BATCH_BYTES) await send();
      io.status(`${read} entries`);
    }
  }
  await send();
  io.status(null);
  if (ended === null) problem(`${path}: the last line of an export is missing: it was perhaps cut off`);
  else if (ended !== read + report.problems.length && ended !== read)
    problem(`${path}: ${ended} entries were exported, ${read} are here`);
  return report;
}

function take(
  answer: JsonValue,
  batch: readonly Line[],
  path: string,
  report: { imported: number; skipped: number; problems: string[] },
): void {
  if (!isJsonObject(answer)) throw new CommandFailure('the gateway did not say what it imported');
  report.imported += Number(answer['imported']);
  report.skipped += Number(answer['skipped']);
  for (const one of Array.isArray(answer['problems']) ? answer['problems'] : []) {
    if (!isJsonObject(one)) continue;
    const { index, message } = one;
    const number = batch[Number(index)]?.number ?? '?';
    report.problems.push(`${path}:${number}: ${typeof message === 'string' ? message : 'refused'}`);
  }
}
