/** Each mode over a stream: what is a hit is not stored, what is a miss is, and a hit with another intent is wrong. */
import { weigh } from '../../src/cache/bounded/evidence.ts';
import { BoundedRule } from '../../src/cache/bounded/rule.ts';
import { CounterBook } from '../../src/cache/store/counter-book.ts';
import { seededRng } from '../../src/runtime/rng.ts';
import type { RequestStream, StreamNeighbour } from './stream.ts';

/** The semantic tier's own. */
const LABELLED_BELOW = 0.3;

export interface Outcome {
  readonly requests: number;
  readonly hits: number;
  readonly wrong: number;
}

export function replayThreshold(stream: RequestStream, threshold: number, guard: boolean): Outcome {
  const floor = stream.scorer.floorFor(threshold);
  return replay(stream, (_, nearest) => {
    const best = bestOf(nearest, floor, guard);
    return best !== null && best.score >= threshold ? best : null;
  });
}

/** As the semantic tier does it: of the 32 nearest the first three that the guard leaves are scored. */
function bestOf(nearest: readonly StreamNeighbour[], floor: number, guard: boolean): StreamNeighbour | null {
  let left = 0;
  let best: StreamNeighbour | null = null;
  for (let i = 0; i < nearest.length && left < 3; i += 1) {
    const one = nearest[i] as StreamNeighbour;
    if (one.similarity < floor) break;
    if (guard && one.vetoed) continue;
    left += 1;
    if (best === null || one.score > best.score) best = one;
  }
  return best;
}

export interface BoundedOptions {
  readonly delta: number;
  readonly guard: boolean;
  readonly audit: number;
  readonly seed: number;
  /** Whether neighbours are asked for their answers. */
  readonly witnesses: boolean;
}

/** How the cache does it: 32 nearest, the best that the guard leaves, the rule; a label from each miss and audit. */
export function replayBounded(stream: RequestStream, options: BoundedOptions): Outcome {
  const { delta, guard, audit, seed, witnesses } = options;
  const rule = new BoundedRule(new CounterBook(100_000, null), stream.scorer.identity, delta);
  const floor = stream.scorer.floorFor(Math.max(0, stream.scorer.recommendedThreshold - LABELLED_BELOW));
  const rng = seededRng(seed * 7_919);
  const { intents } = stream;
  return replay(stream, (request, nearest, keep) => {
    const best = bestOf(nearest, floor, guard);
    if (best === null) return null;
    const seen = nearest.map(({ at, similarity }) => ({ similarity, answerClass: intents[at] as string }));
    const candidate = { similarity: best.similarity, answerClass: intents[best.at] as string };
    const evidence = weigh(candidate, best.score, witnesses ? seen : [candidate]);
    const entry = String(best.at);
    const { serve } = rule.judge(evidence, entry);
    rule.see(evidence);
    if (serve && rng.next() >= audit) return best;
    rule.label(evidence, entry, intents[request] === candidate.answerClass);
    // An audit's fresh answer is stored.
    if (serve) keep();
    return serve ? best : null;
  });
}

type Decide = (
  request: number,
  nearest: readonly StreamNeighbour[],
  keep: () => void,
) => StreamNeighbour | null;

function replay({ intents, neighbours }: RequestStream, decide: Decide): Outcome {
  const stored = new Uint8Array(intents.length);
  let hits = 0;
  let wrong = 0;
  for (const [request, found] of neighbours.entries()) {
    const nearest: StreamNeighbour[] = [];
    for (let i = 0; i < found.length && nearest.length < 32; i += 1) {
      const one = found[i] as StreamNeighbour;
      if (stored[one.at] === 1) nearest.push(one);
    }
    const hit = decide(request, nearest, () => {
      stored[request] = 1;
    });
    if (hit === null) stored[request] = 1;
    else {
      hits += 1;
      if (intents[hit.at] !== intents[request]) wrong += 1;
    }
  }
  return { requests: intents.length, hits, wrong };
}

export function pool(outcomes: readonly Outcome[]): Outcome {
  const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((all, one) => all + of(one), 0);
  return { requests: sum((o) => o.requests), hits: sum((o) => o.hits), wrong: sum((o) => o.wrong) };
}
