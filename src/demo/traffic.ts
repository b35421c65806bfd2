/** Plays the day: sends its questions to a gateway as clients would, and breaks the servers when the script says so. */
import { sleep, type Clock } from '../runtime/clock.ts';
import type { CancelToken } from '../core/cancel.ts';
import type { Rng } from '../runtime/rng.ts';
import type { Simulator } from '../simulator/index.ts';
import {
  hourAt,
  incidentsAt,
  nextQuestion,
  requestsPerSecond,
  type Incident,
  type Question,
  type ServerName,
} from './day.ts';

export interface TrafficOptions {
  readonly url: string;
  readonly servers: Readonly<Record<ServerName, Simulator>>;
  /** How fast the day passes; the servers keep their own pace. */
  readonly speed: number;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly stop: CancelToken;
  readonly onIncident: (incident: Incident, hour: number) => void;
}

const STEP_MS = 100;
/** Clients that wait at once. People give up queueing too. */
const MAX_OPEN = 80;
/** One in so many closes its window before the answer is there. */
const IMPATIENT = 0.02;
const IMPATIENT_MS = 400;

/** Resolves when told to stop, after the last request has ended. */
export async function playDay(options: TrafficOptions): Promise<void> {
  const { clock, speed, rng, stop } = options;
  const startedAt = clock.now();
  const open = new Set<Promise<void>>();
  let current: readonly Incident[] = [];
  let number = 0;
  while (!stop.cancelled) {
    const hour = hourAt(clock.now() - startedAt, speed);
    current = changeFaults(current, hour, options);
    for (let due = arrivals(requestsPerSecond(hour) * (STEP_MS / 1_000), rng); due > 0; due--) {
      number += 1;
      if (open.size >= MAX_OPEN) continue;
      const asking = ask(options, nextQuestion(rng, number)).finally(() => open.delete(asking));
      open.add(asking);
    }
    await sleep(clock, STEP_MS, stop);
  }
  await Promise.all(open);
}

/** Poisson, by Knuth: how many come in a step where `mean` are expected. */
function arrivals(mean: number, rng: Rng): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = rng.next(); product > limit; product *= rng.next()) count += 1;
  return count;
}

function changeFaults(
  current: readonly Incident[],
  hour: number,
  options: TrafficOptions,
): readonly Incident[] {
  const wanted = incidentsAt(hour);
  if (wanted.length === current.length && wanted.every((one) => current.includes(one))) return current;
  for (const [name, server] of Object.entries(options.servers)) {
    const rules = wanted.filter((one) => one.server === name).flatMap((one) => one.rules);
    const before = current.filter((one) => one.server === name).flatMap((one) => one.rules);
    if (rules.length > 0) server.setFaults({ seed: 1, rules });
    else if (before.length > 0) server.clearFaults();
  }
  for (const incident of wanted) if (!current.includes(incident)) options.onIncident(incident, hour);
  return wanted;
}

/** What becomes of it is for the page to show. */
async function ask({ url, rng, clock, stop }: TrafficOptions, question: Question): Promise<void> {
  const abort = new AbortController();
  const end = (): void => {
    abort.abort();
  };
  const timer = rng.next() < IMPATIENT ? clock.setTimer(IMPATIENT_MS, end) : null;
  const forget = stop.onCancel(end);
  try {
    const response = await fetch(`${url}/api/chat`, {
      method: 'POST',
      headers: { 'x-llamascope-client': question.client },
      body: JSON.stringify({
        model: question.model,
        stream: question.stream,
        messages: [{ role: 'user', content: question.text }],
      }),
      signal: abort.signal,
    });
    await response.arrayBuffer();
  } catch {
    // A client that left, or an answer that was cut.
  } finally {
    timer?.cancel();
    forget();
  }
}
