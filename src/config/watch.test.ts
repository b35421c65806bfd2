import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../test/support/until.ts';
import { systemClock } from '../runtime/clock.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { watchFile, type FileWatchOptions } from './watch.ts';

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'llamascope-watch-'));
  onTestFinished(() => {
    rmSync(made, { recursive: true });
  });
  return made;
}

function watching(file: string, options: Partial<FileWatchOptions> = {}): { changes: number } {
  const seen = { changes: 0 };
  const watch = watchFile(file, {
    clock: systemClock,
    quietMs: 20,
    lookMs: 3_600_000,
    onChange: () => (seen.changes += 1),
    ...options,
  });
  onTestFinished(() => {
    watch.close();
  });
  return seen;
}

describe('a watched file', () => {
  it('is noticed when it is written in place, once per quiet moment', async () => {
    const file = path.join(folder(), 'a.yaml');
    writeFileSync(file, 'a: 1');
    const seen = watching(file, { quietMs: 100 });
    writeFileSync(file, '');
    writeFileSync(file, 'a: 2');
    await until(() => seen.changes > 0, 'the change');
    expect(seen.changes).toBe(1);
  });

  it('is noticed when an editor replaces it, again and again, and when it was gone for a moment', async () => {
    const at = folder();
    const file = path.join(at, 'a.yaml');
    writeFileSync(file, '0');
    const seen = watching(file);
    for (let i = 1; i <= 3; i += 1) {
      writeFileSync(path.join(at, '.a.swp'), String(i));
      renameSync(path.join(at, '.a.swp'), file);
      await until(() => seen.changes === i, `replacement ${i}`);
    }
    unlinkSync(file);
    writeFileSync(file, 'back');
    await until(() => seen.changes === 4, 'the file that came back');
  });

  it('is noticed when a link on the way to it leads elsewhere, as in a mounted ConfigMap', async () => {
    const at = folder();
    for (const version of ['..1', '..2', '..3']) {
      mkdirSync(path.join(at, version));
      writeFileSync(path.join(at, version, 'a.yaml'), version);
    }
    symlinkSync('..1', path.join(at, '..data'));
    symlinkSync('..data/a.yaml', path.join(at, 'a.yaml'));
    const outside = path.join(folder(), 'link.yaml');
    symlinkSync(path.join(at, 'a.yaml'), outside);
    const seen = watching(outside);
    for (const [index, version] of ['..2', '..3'].entries()) {
      symlinkSync(version, path.join(at, '..next'));
      renameSync(path.join(at, '..next'), path.join(at, '..data'));
      await until(() => seen.changes === index + 1, `the swap to ${version}`);
    }
  });

  it('is looked at now and then where nothing is reported; a touch is no change', () => {
    const file = path.join(folder(), 'a.yaml');
    writeFileSync(file, 'a: 1');
    const clock = new ManualClock();
    const seen = watching(file, { clock, lookMs: 10_000 });
    utimesSync(file, new Date(), new Date());
    clock.advance(10_000);
    expect(seen.changes).toBe(0);
    writeFileSync(file, 'a: 2');
    clock.advance(10_000);
    clock.advance(10_000);
    expect(seen.changes).toBe(1);
  });

  it('may not exist yet, nor its folder, and circles of links lead nowhere', () => {
    const at = folder();
    const clock = new ManualClock();
    const seen = watching(path.join(at, 'later', 'a.yaml'), { clock, lookMs: 1_000 });
    symlinkSync('loop', path.join(at, 'loop'));
    const loop = watching(path.join(at, 'loop'), { clock, lookMs: 1_000 });
    clock.advance(1_000);
    mkdirSync(path.join(at, 'later'));
    writeFileSync(path.join(at, 'later', 'a.yaml'), 'a: 1');
    clock.advance(1_000);
    expect([seen.changes, loop.changes]).toEqual([1, 0]);
  });
});
