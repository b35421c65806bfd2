/**
 * What is asked, in which order: made from a seed before anything runs, so that every variant gets the very same
 * requests. Popular topics come often (Zipf), some of them in other words, and some questions only look like a
 * popular one.
 */
import { seededRng, type Rng } from '../../runtime/rng.ts';
import { arrivalTimes, type Arrivals } from './arrivals.ts';
import { nearMisses, type Topic } from './questions.ts';

export interface WorkloadSpec {
  /** Measured requests. */
  readonly requests: number;
  /** Requests before them that are sent and not counted. */
  readonly warmUp: number;
  readonly arrivals: Arrivals;
  /** How many topics are asked about at all. */
  readonly topics: number;
  /** The exponent of Zipf's law over the topics: 0 asks all alike, 1 is what people do. */
  readonly zipf: number;
  /** Share of requests in another wording than the usual, 0 to 1. */
  readonly paraphrased: number;
  /** Share of requests that ask the near-miss of the topic drawn, 0 to 1. */
  readonly nearMisses: number;
  /** Share of requests that ask for a stream, 0 to 1. */
  readonly streamed: number;
  /** Every question is made another one by a number of its own, so that nothing can be answered from memory. Default false. */
  readonly unique?: boolean;
}

/** `first`: the topic is new; `repeat`: this very text was asked before; `paraphrase`: its topic was, in other words. */
export type AskedKind = 'first' | 'repeat' | 'paraphrase';

export interface PlannedRequest {
  /** Also its `x-request-id`: the same in every variant. */
  readonly id: string;
  /** Simulated milliseconds from the start, or null: when a client is free. */
  readonly atMs: number | null;
  readonly question: string;
  /** The right answer, or null when unknown. */
  readonly expected: string | null;
  readonly kind: AskedKind;
  readonly stream: boolean;
}

export interface Workload {
  readonly warmUp: readonly PlannedRequest[];
  readonly measured: readonly PlannedRequest[];
}

export function planWorkload(spec: WorkloadSpec, topics: readonly Topic[], seed: number): Workload {
  const rng = seededRng(seed);
  const chosen = shuffled(topics, rng).slice(0, spec.topics);
  const near = nearMisses(chosen);
  const draw = zipf(
    chosen.map((topic, index) => ({ topic, alike: near[index] ?? null })),
    spec.zipf,
  );
  const seenText = new Set<string>();
  const seenTopic = new Set<Topic>();
  const total = spec.warmUp + spec.requests;
  const times = arrivalTimes(spec.arrivals, spec.requests, seededRng(seed ^ 0x5bd1e995));
  const planned = Array.from({ length: total }, (_, index): PlannedRequest => {
    const drawn = draw(rng.next());
    const alike = rng.next() < spec.nearMisses ? drawn.alike : null;
    const topic = alike ?? drawn.topic;
    const wording = wordingOf(topic, spec.paraphrased, rng);
    const unique = spec.unique === true;
    const question = unique
      ? `${wording} This is question number ${String(seed)}-${String(index)}.`
      : wording;
    const kind = seenText.has(question) ? 'repeat' : seenTopic.has(topic) ? 'paraphrase' : 'first';
    seenText.add(question);
    seenTopic.add(topic);
    const warm = index < spec.warmUp;
    return {
      id: warm ? `warm-${String(index)}` : `r-${String(index - spec.warmUp)}`,
      atMs: warm ? null : (times[index - spec.warmUp] ?? null),
      question,
      expected: unique ? null : topic.answer,
      kind,
      stream: rng.next() < spec.streamed,
    };
  });
  return { warmUp: planned.slice(0, spec.warmUp), measured: planned.slice(spec.warmUp) };
}

function wordingOf({ wordings }: Topic, paraphrased: number, rng: Rng): string {
  const other = rng.next() < paraphrased && wordings.length > 1;
  const index = other ? 1 + Math.floor(rng.next() * (wordings.length - 1)) : 0;
  return wordings[index] ?? '';
}

/** From a uniform draw to one of the items, of which there is at least one: the k-th comes with weight 1 / k^exponent. */
function zipf<T>(items: readonly T[], exponent: number): (uniform: number) => T {
  const cumulated: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= items.length; rank += 1) cumulated.push((sum += rank ** -exponent));
  return (uniform) => {
    const at = cumulated.findIndex((upTo) => uniform * sum < upTo);
    return items[at < 0 ? items.length - 1 : at] as T;
  };
}

function shuffled<T>(items: readonly T[], rng: Rng): readonly T[] {
  const list = [...items];
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(rng.next() * (last + 1));
    [list[last], list[other]] = [list[other] as T, list[last] as T];
  }
  return list;
}
