import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../runtime/manual-clock.ts';
import { seededRng } from '../../../runtime/rng.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { allocate } from './scan-memory.ts';
import { ScanThread } from './scan-thread.ts';
import { ScopeRows, type IndexedEntry, type SearchedIn } from './scope-rows.ts';
import { SimdScan } from './simd-scan.ts';

const DIMENSIONS = 16;
/** Just enough for the other thread. */
const ROWS = 131_200;

const rng = seededRng(5);
function vector(): Float32Array {
  const values = Float32Array.from({ length: DIMENSIONS }, () => rng.next() + rng.next() - 1);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function entry(i: number): IndexedEntry {
  return { id: `i${String(i)}`, key: '', text: '', answerClass: '', vector: vector(), particulars: null };
}

/** A worker of this code, with its port at hand. */
function scriptOf(code: string): URL {
  const text = `import { parentPort } from 'node:worker_threads'; ${code}`;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

describe('a scope of many rows', () => {
  const thread = new ScanThread();
  const where: SearchedIn[] = [];
  const rows = new ScopeRows(DIMENSIONS, { thread, searched: (in_) => where.push(in_) });
  beforeAll(() => {
    for (let i = 0; i < ROWS; i += 1) rows.put(entry(i));
  });
  afterAll(() => thread.close());

  const idsOf = (found: readonly { readonly entry: IndexedEntry }[]): string[] =>
    found.map(({ entry: { id } }) => id);

  it('is searched in another thread, which finds the same', async () => {
    where.length = 0;
    const queries = Array.from({ length: 12 }, vector);
    const found = await Promise.all(
      queries.map(async (query) => {
        const near = rows.find(query, 8, -1);
        expect(near).toBeInstanceOf(Promise);
        return idsOf(await near);
      }),
    );
    expect(found).toEqual(queries.map((query) => idsOf(rows.nearest(query, 8, -1))));
    expect(where).toEqual(queries.map(() => 'thread'));
  });

  it('answers with what is there when the search is over', async () => {
    const query = vector();
    const [first, second] = rows.nearest(query, 2, -1);
    const searching = rows.find(query, 8, -1);
    rows.remove(first?.entry.id ?? '');
    const found = idsOf(await searching);
    expect(found).not.toContain(first?.entry.id);
    expect(found[0]).toBe(second?.entry.id);
    expect(rows.remove('i0')).toBe(true);
    rows.put({ ...entry(0), id: 'new', vector: query });
    expect(idsOf(await rows.find(query, 1, -1))).toEqual(['new']);
  });
});

describe('the thread', () => {
  const memory = (): SimdScan => {
    const scan = SimdScan.open(DIMENSIONS, new ScanThread(), 100);
    if (scan === null) throw new Error('no SIMD here');
    return scan;
  };

  it('that cannot search what it is given says so', async () => {
    const script = scriptOf(
      `parentPort.on('message', ({ kind, id }) => kind === 'scan' && parentPort.postMessage({ id, positions: null }));`,
    );
    const thread = new ScanThread(systemClock, script);
    const layout = allocate(100, 16, true);
    expect(await thread.scan(layout!, new Int16Array(16), 10, 3)).toBeNull();
    await thread.close();
    expect(thread.scan(layout!, new Int16Array(16), 10, 3)).toBeNull();
  });

  it.each([
    ['ends', 'process.exit(1)'],
    ['fails', "throw new Error('broken')"],
  ])('that %s is done without, and replaced a second later', async (_, does) => {
    const script = scriptOf(`parentPort.on('message', ({ kind }) => { if (kind === 'scan') { ${does} } });`);
    const clock = new ManualClock();
    const thread = new ScanThread(clock, script);
    const layout = allocate(100, 16, true);
    expect(await thread.scan(layout!, new Int16Array(16), 10, 3)).toBeNull();
    // Not at once again: no promise, whoever asks searches itself.
    expect(thread.scan(layout!, new Int16Array(16), 10, 3)).toBeNull();
    clock.advance(1_000);
    expect(thread.scan(layout!, new Int16Array(16), 10, 3)).toBeInstanceOf(Promise);
    await thread.close();
  });

  it('that hangs is given up after two seconds', async () => {
    const script = scriptOf(`parentPort.on('message', () => undefined);`);
    const clock = new ManualClock();
    const thread = new ScanThread(clock, script);
    const layout = allocate(100, 16, true);
    const searching = thread.scan(layout!, new Int16Array(16), 10, 3);
    clock.advance(2_000);
    expect(await searching).toBeNull();
    await thread.close();
  });

  it('leaves the search to the loop where it is missing', async () => {
    const thread = new ScanThread();
    await thread.close();
    const where: SearchedIn[] = [];
    const rows = new ScopeRows(DIMENSIONS, { thread, searched: (in_) => where.push(in_) });
    for (let i = 0; i < ROWS; i += 1) rows.put(entry(i));
    const query = vector();
    expect((await rows.find(query, 4, -1)).map(({ similarity }) => similarity)).toEqual(
      rows.nearest(query, 4, -1).map(({ similarity }) => similarity),
    );
    expect(where).toEqual(['loop']);
  });

  it('sees a memory that has grown', async () => {
    const scan = memory();
    const vectors = Array.from({ length: 3_000 }, vector);
    for (const [position, row] of vectors.entries()) scan.write(position, row);
    const query = vector();
    expect([...((await scan.topElsewhere(query, 900, 5)) ?? [])]).toEqual([...scan.top(query, 900, 5)]);
    for (let position = 3_000; position < 9_000; position += 1) scan.write(position, vector());
    expect([...((await scan.topElsewhere(query, 9_000, 5)) ?? [])]).toEqual([...scan.top(query, 9_000, 5)]);
    scan.shrinkTo(200);
    expect([...((await scan.topElsewhere(query, 200, 5)) ?? [])]).toEqual([...scan.top(query, 200, 5)]);
    scan.close();
  });
});
