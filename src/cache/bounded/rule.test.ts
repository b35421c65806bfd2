import { describe, expect, it } from 'vitest';
import { seededRng, type Rng } from '../../runtime/rng.ts';
import { CounterBook } from '../store/counter-book.ts';
import { entryCounterKey, type Counts } from '../store/port.ts';
import { cellOf, valuesOf, weigh, type Evidence } from './evidence.ts';
import { BoundedRule } from './rule.ts';

/** A world in which alike, alone and agreed-on questions have the same answer, as chance will have it. */
class World {
  readonly rng: Rng;
  constructor(seed: number) {
    this.rng = seededRng(seed);
  }
  lookup(): { evidence: Evidence; right: boolean } {
    const score = 0.5 + this.rng.next() / 2;
    const margin = this.rng.next() * 0.3 - 0.05;
    const agreeing = Math.floor(this.rng.next() * 8);
    const z = -9 + 10 * score + 8 * margin + 0.8 * agreeing;
    return { evidence: { score, margin, agreeing }, right: this.rng.next() < 1 / (1 + Math.exp(-z)) };
  }
}

interface Run {
  hits: number;
  wrong: number;
  labels: number;
}

function live(rule: BoundedRule, world: World, requests: number): Run {
  const run = { hits: 0, wrong: 0, labels: 0 };
  for (let i = 0; i < requests; i += 1) {
    const { evidence, right } = world.lookup();
    const { serve } = rule.judge(evidence, 'e');
    rule.see(evidence);
    if (serve) {
      run.hits += 1;
      if (!right) run.wrong += 1;
      if (world.rng.next() >= 0.05) continue;
    }
    run.labels += 1;
    rule.label(evidence, `e${String(i)}`, right);
  }
  return run;
}

describe('the bounded rule', () => {
  it.each([0.01, 0.02, 0.05])('keeps the share of wrong hits below %d, and serves', (delta) => {
    const sums = { hits: 0, wrong: 0 };
    for (let seed = 1; seed <= 3; seed += 1) {
      const rule = new BoundedRule(new CounterBook(10_000, null), 'cosine', delta);
      const { hits, wrong } = live(rule, new World(seed), 6_000);
      sums.hits += hits;
      sums.wrong += wrong;
    }
    expect(sums.wrong / sums.hits).toBeLessThanOrEqual(delta);
    expect(sums.hits / 18_000).toBeGreaterThan(0.05);
  });

  it('serves nothing before there are labels, and nothing ever where all is wrong', () => {
    const rule = new BoundedRule(new CounterBook(10, null), 'cosine', 0.05);
    const best = { score: 1, margin: 0.5, agreeing: 7 };
    expect(rule.judge(best, 'e').serve).toBe(false);
    expect(rule.cutoff).toEqual({ least: Infinity, bound: 1 });
    for (let i = 0; i < 500; i += 1) {
      rule.see(best);
      rule.label(best, `e${String(i)}`, false);
    }
    expect(rule.judge(best, 'e').serve).toBe(false);
    expect(rule.boundFrom(0)).toBe(1);
  });

  it('opens after 59 right labels at 5 %, at its next fit, and not before', () => {
    const rule = new BoundedRule(new CounterBook(10, null), 'cosine', 0.05);
    const best = { score: 1, margin: 0.5, agreeing: 7 };
    let opened = 0;
    while (!rule.judge(best, 'e').serve) {
      rule.see(best);
      rule.label(best, `e${String(opened)}`, true);
      opened += 1;
    }
    expect(opened).toBe(100);
    expect(rule.cutoff.bound).toBeCloseTo(1 - 0.05 ** (1 / 100), 4);
    expect(rule.boundFrom(0.9)).toBe(rule.cutoff.bound);
    expect(rule.judge({ ...best, score: 0.5 }, 'e').serve).toBe(false);
  });

  it('takes an entry with a bad record more strictly, and never more lightly', () => {
    const rule = new BoundedRule(new CounterBook(10_000, null), 'cosine', 0.05);
    live(rule, new World(1), 4_000);
    const evidence = { score: 0.9, margin: 0.2, agreeing: 6 };
    for (let i = 0; i < 3; i += 1) rule.label(evidence, 'bad', false);
    for (let i = 0; i < 9; i += 1) rule.label(evidence, 'good', true);
    const fresh = rule.judge(evidence, 'fresh').headroom;
    expect(rule.judge(evidence, 'bad').headroom).toBeLessThan(fresh - 0.5);
    expect(rule.judge(evidence, 'good').headroom).toBe(fresh);
  });

  it('knows after a restart what it knew before, from the counts alone', () => {
    const counters = new CounterBook(10_000, null);
    const rule = new BoundedRule(counters, 'cosine', 0.02);
    live(rule, new World(3), 6_000);
    rule.flush();
    const again = new BoundedRule(counters, 'cosine', 0.02);
    expect(again.labels).toBe(rule.labels);
    expect(again.cutoff.bound).toBeLessThanOrEqual(0.02);
    expect(new BoundedRule(counters, 'another scorer', 0.02).labels).toBe(0);
  });

  it('of two replicas that tell each other their counts is that of one that saw everything', () => {
    const books: CounterBook[] = [];
    const rules: BoundedRule[] = [];
    const share = (from: number) => ({
      added: (key: string, deltas: Counts): void => {
        const other = 1 - from;
        if (key.startsWith('entry:')) return;
        books[other]?.merge(key, deltas);
        const counts = books[other]?.get(key);
        if (counts !== null && counts !== undefined) rules[other]?.counted(key, counts);
      },
      dropped: (): void => undefined,
    });
    for (const i of [0, 1]) {
      books[i] = new CounterBook(10_000, share(i));
      rules[i] = new BoundedRule(books[i], 'cosine', 0.05);
    }
    live(rules[0]!, new World(5), 2_000);
    live(rules[1]!, new World(6), 2_000);
    for (const rule of rules) rule.flush();
    expect(rules[0]!.labels).toBe(rules[1]!.labels);
    const sums = books.map((book) =>
      [...book.keys()]
        .filter((key) => key.startsWith('bounded:'))
        .map((key) => [key, book.get(key)])
        .sort(),
    );
    expect(sums[0]).toEqual(sums[1]);
    expect(rules[0]!.cutoff.bound).toBeLessThanOrEqual(0.05);
    rules[0]!.counted(entryCounterKey('x'), { labels: 1 });
    rules[0]!.counted('bounded:cosine:no cell', { right: 1 });
  });

  it('aims at another share at once', () => {
    const rule = new BoundedRule(new CounterBook(10_000, null), 'cosine', 0.05);
    live(rule, new World(2), 6_000);
    const { least } = rule.cutoff;
    rule.aim(0.01);
    expect(rule.cutoff.least).toBeGreaterThan(least);
    rule.aim(0.01);
  });
});

describe('evidence', () => {
  const near = (similarity: number, answerClass: string): { similarity: number; answerClass: string } => ({
    similarity,
    answerClass,
  });
  it('counts who agrees, and how far the nearest is that does not', () => {
    const nearest = [near(0.95, 'a'), near(0.9, 'a'), near(0.8, 'b'), near(0.7, 'a')];
    expect(weigh(nearest[0]!, 0.95, nearest)).toEqual({ score: 0.95, margin: 0.95 - 0.8, agreeing: 2 });
    expect(weigh(nearest[2]!, 0.8, nearest).margin).toBeCloseTo(-0.15);
    expect(weigh(nearest[0]!, 0.95, [nearest[0]!])).toEqual({ score: 0.95, margin: 0, agreeing: 0 });
    expect(weigh(nearest[0]!, 0.95, nearest.slice(0, 2)).margin).toBeCloseTo(0.05);
  });

  it('is told in cells, which are read back, and nothing else is', () => {
    expect(cellOf({ score: 0.951, margin: 0.148, agreeing: 2 })).toBe('39,6,2');
    expect(valuesOf('39,6,2')).toEqual([1, 0.78, 0.15, 2]);
    expect(cellOf({ score: 2, margin: -9, agreeing: 40 })).toBe('50,-10,7');
    expect(valuesOf('x')).toBeNull();
  });
});
