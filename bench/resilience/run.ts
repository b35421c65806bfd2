/**
 * The soak: three upstreams whose faults change every few seconds under streaming clients, then one of them dead, then
 * reloads under load. It answers with what was seen and measured; what must hold is in `verdicts`.
 */
import { seededRng } from '../../src/runtime/rng.ts';
import type { FaultRule } from '../../src/simulator/index.ts';
import { Crowd, type Answer, type Ending } from './clients.ts';
import { startFleet, type Fleet, type Upstream } from '../fleet.ts';
import { Monitor, scrape, sum } from '../watch.ts';

export interface SoakOptions {
  /** With faults that change. */
  readonly faultSeconds: number;
  /** With one upstream dead. */
  readonly deadSeconds: number;
  readonly reloads: number;
  readonly clients: number;
  /** Without faults, before anything is measured. */
  readonly warmMs: number;
  readonly switchMs: number;
  readonly deadlineMs: number;
  readonly seed: number;
  readonly parallel: number;
  readonly tokensPerSecond: number;
}

export interface Verdict {
  readonly what: string;
  readonly holds: boolean;
  readonly figures: string;
}

export interface SoakReport {
  readonly options: SoakOptions;
  readonly verdicts: readonly Verdict[];
  /** Further figures that are reported and not judged. */
  readonly figures: Readonly<Record<string, string | number>>;
}

/** What an upstream can be made to suffer; each draw is one of these, or nothing. */
const AILMENTS: readonly (readonly FaultRule[])[] = [
  [],
  [],
  [{ fault: 'status', status: 500, rate: 0.5 }],
  [{ fault: 'status', status: 503, retryAfterS: 1, rate: 0.5 }],
  [{ fault: 'status', status: 429, retryAfterS: 1, rate: 0.3 }],
  [{ fault: 'refuse', path: '/api/chat', rate: 0.7 }],
  [{ fault: 'hang', rate: 0.3 }],
  [{ fault: 'stall', rate: 0.2, afterItems: 5 }],
  [{ fault: 'reset', rate: 0.3, afterItems: 5 }],
  [{ fault: 'truncate', rate: 0.3, afterItems: 5 }],
  [{ fault: 'error-in-stream', rate: 0.3, afterItems: 5 }],
  [
    { fault: 'reset', rate: 0.2, afterItems: 0 },
    { fault: 'delay', rate: 0.3, delayMs: 1_500 },
  ],
];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function soak(options: SoakOptions): Promise<SoakReport> {
  await using fleet = await startFleet(options);
  const crowd = new Crowd(fleet.url, options.deadlineMs);
  const monitor = new Monitor(fleet.url);
  try {
    const before = await restingSockets(fleet);
    // The model is in memory everywhere: how loads are spread is another question.
    await Promise.all(fleet.upstreams.map((one) => warm(one)));
    crowd.start(options.clients);
    await pause(options.warmMs);
    await crowd.stop();
    const heap = [await restingHeap(fleet)];
    monitor.start();
    crowd.start(options.clients);
    await sicken(fleet, options);
    const faulty = crowd.answers.length;
    const death = await kill(fleet, crowd, options);
    await crowd.stop();
    monitor.stop();
    const verdicts = [
      ...judgeAnswers(crowd.answers, options),
      death.verdict,
      ...(await judgeSums(fleet, crowd)),
      await judgeRest(fleet, before, monitor.mostSockets),
    ];
    heap.push(await restingHeap(fleet));
    const reloads = await reloadUnderLoad(fleet, options);
    heap.push(await restingHeap(fleet));
    const figures = {
      ...count(crowd.answers),
      'requests until the faults ended': faulty,
      ...death.figures,
      ...reloads.figures,
    };
    return { options, verdicts: [...verdicts, reloads.verdict, judgeHeap(heap)], figures };
  } finally {
    monitor.stop();
    await crowd.close();
  }
}

/** Another ailment for each upstream every `switchMs`; one of the three is always well. */
async function sicken(fleet: Fleet, { faultSeconds, switchMs, seed }: SoakOptions): Promise<void> {
  const rng = seededRng(seed);
  const until = performance.now() + faultSeconds * 1_000;
  for (let turn = 0; performance.now() < until; turn += 1) {
    const well = Math.floor(rng.next() * fleet.upstreams.length);
    await Promise.all(
      fleet.upstreams.map((upstream, index) => {
        const rules = AILMENTS[Math.floor(rng.next() * AILMENTS.length)] ?? [];
        return upstream.setFaults({ seed: seed + turn, rules: index === well ? [] : rules });
      }),
    );
    await pause(Math.min(switchMs, Math.max(0, until - performance.now())));
  }
  await Promise.all(fleet.upstreams.map((upstream) => upstream.clearFaults()));
}

interface Death {
  readonly verdict: Verdict;
  readonly figures: Readonly<Record<string, string | number>>;
}

/** One upstream stops listening and later comes back. */
async function kill(fleet: Fleet, crowd: Crowd, { deadSeconds }: SoakOptions): Promise<Death> {
  const dead = fleet.upstreams[1] as Upstream;
  await waitFor(async () => (await stateOf(fleet, dead)).taken, 'the upstream to be well before it dies');
  const diedAt = performance.now();
  await dead.setFaults({ rules: [{ fault: 'refuse', path: '*' }] });
  await waitFor(async () => !(await stateOf(fleet, dead)).taken, 'the death to be noticed');
  const noticedAt = performance.now();
  await pause(deadSeconds * 1_000);
  const backAt = performance.now();
  await dead.clearFaults();
  const judged = crowd.answers.filter(
    ({ endedAt, contentAt }) => endedAt >= noticedAt && (contentAt === null || contentAt >= noticedAt),
  );
  const failed = judged.filter(({ ending }) => ending !== 'complete');
  const answered = (one: Answer): boolean => one.upstream === dead.name && (one.contentAt ?? 0) > backAt;
  await waitFor(() => Promise.resolve(crowd.answers.some(answered)), 'the upstream to be used again');
  const first = Math.min(...crowd.answers.filter(answered).map(({ contentAt }) => contentAt ?? Infinity));
  const share = judged.length === 0 ? 0 : 1 - failed.length / judged.length;
  return {
    verdict: {
      what: 'one upstream dead: of the requests without content when it was noticed, and of those after, at least 99.9 % succeed',
      holds: share >= 0.999 && judged.length > 0,
      figures: `${(share * 100).toFixed(3)} % of ${judged.length}; failed: ${endings(failed)}`,
    },
    figures: {
      'time to notice the death, ms': Math.round(noticedAt - diedAt),
      'time from its return to the first answer from it, ms': Math.round(first - backAt),
    },
  };
}

/** Whether the gateway would send a request there: healthy, and its breaker not open. */
async function stateOf(fleet: Fleet, upstream: Upstream): Promise<{ readonly taken: boolean }> {
  const [upstreams, breakers] = (await Promise.all(
    ['upstreams', 'breakers'].map(async (what) => (await fetch(`${fleet.url}/admin/${what}`)).json()),
  )) as [readonly { name: string; healthy: boolean }[], readonly { name: string; state: string }[]];
  const healthy = upstreams.find(({ name }) => name === upstream.name)?.healthy === true;
  const open = breakers.find(({ name }) => name === upstream.name)?.state === 'open';
  return { taken: healthy && !open };
}

function judgeAnswers(answers: readonly Answer[], { deadlineMs }: SoakOptions): readonly Verdict[] {
  const longest = Math.max(...answers.map(({ askedAt, endedAt }) => endedAt - askedAt));
  const late = answers.filter(({ ending }) => ending === 'hung').length;
  const cut = answers.filter(({ ending }) => ending === 'cut' || ending === 'broken');
  return [
    {
      what: 'no client hangs past its deadline',
      holds: late === 0 && longest <= deadlineMs + 1_000,
      figures: `${late} hung; the longest took ${(longest / 1_000).toFixed(1)} s of ${deadlineMs / 1_000} s`,
    },
    {
      what: 'no stream without a terminal marker or an in-band error',
      holds: cut.length === 0,
      figures: `${answers.length} answers: ${endings(answers)}`,
    },
  ];
}

async function judgeSums(fleet: Fleet, crowd: Crowd): Promise<readonly Verdict[]> {
  const samples = await scrape(fleet.url);
  const states = await Promise.all(fleet.upstreams.map((one) => one.state()));
  const received = states.reduce((total, one) => total + (one.counts.byPath['/api/chat'] ?? 0), 0);
  const requests = sum(samples, 'llamascope_requests_total');
  const ok = sum(samples, 'llamascope_requests_total', { outcome: 'ok' });
  const complete = crowd.answers.filter(({ ending }) => ending === 'complete').length;
  const attempts = sum(samples, 'llamascope_upstream_attempts_total');
  const settled =
    sum(samples, 'circuit_breaker_calls_total', { status: 'success' }) +
    sum(samples, 'circuit_breaker_calls_total', { status: 'failure' }) +
    sum(samples, 'circuit_breaker_ignored_total');
  const heads = sum(samples, 'connection_pool_requests_total');
  // A head that is written as the port closes is never read.
  const unread = heads - received;
  return [
    {
      what: 'requests: asked by clients = counted; complete for clients = counted ok',
      holds: requests === crowd.asked && ok === complete,
      figures: `${crowd.asked} = ${requests}; ${complete} = ${ok}`,
    },
    {
      what: 'attempts = breaker verdicts (success + failure + ignored)',
      holds: attempts === settled,
      figures: `${attempts} = ${settled}`,
    },
    {
      what: 'request heads written = requests that the simulators received (but for those written as a port closed)',
      holds: unread >= 0 && unread <= crowd.answers.length / 100,
      figures: `${heads} = ${received} + ${unread}`,
    },
  ];
}

/** Nothing runs, nothing waits, and no connection stays that nobody uses. */
async function judgeRest(fleet: Fleet, socketsBefore: number, most: number): Promise<Verdict> {
  const held = (samples: Awaited<ReturnType<typeof scrape>>): number =>
    sum(samples, 'llamascope_inflight_requests') +
    sum(samples, 'llamascope_queue_depth') +
    sum(samples, 'llamascope_upstream_permits', { state: 'in_use' }) +
    sum(samples, 'llamascope_pool_connections', { state: 'busy' });
  const idle = await waitFor(
    async () => held(await scrape(fleet.url)) === 0,
    'everything to be given back',
  ).then(
    () => true,
    () => false,
  );
  const upstream = (await Promise.all(fleet.upstreams.map((one) => one.state()))).map((one) => one.inFlight);
  await waitFor(
    async () => sum(await scrape(fleet.url), 'llamascope_pool_connections') === 0,
    'idle connections to be closed',
  ).catch(() => undefined);
  const samples = await scrape(fleet.url);
  const connections = sum(samples, 'llamascope_pool_connections');
  return {
    what: 'in flight back to zero, here and at the simulators; connections to upstreams closed when idle',
    holds: idle && upstream.every((n) => n === 0) && connections === 0,
    figures: `held ${held(samples)}; at the simulators ${upstream.join(', ')}; connections ${connections}; sockets ${socketsBefore} before, at most ${most}, ${sum(samples, 'llamascope_open_handles', { type: 'tcp_socket' })} after (clients' kept ones included)`,
  };
}

const MIB = 1024 * 1024;

/** What the gateway holds when nothing runs. */
async function restingHeap(fleet: Fleet): Promise<number> {
  await fleet.collectGarbage();
  return sum(await scrape(fleet.url), 'llamascope_heap_bytes', { state: 'used' });
}

function judgeHeap(heap: readonly number[]): Verdict {
  const [first = 0, ...later] = heap;
  return {
    what: 'heap flat: at rest and with the garbage collected at most 8 MiB more than after the warm-up, after the faults and after the reloads',
    holds: later.every((bytes) => bytes <= first + 8 * MIB),
    figures: heap.map((bytes) => `${(bytes / MIB).toFixed(1)} MiB`).join(' → '),
  };
}

/** Every reload replaces one upstream by one of another weight. */
async function reloadUnderLoad(fleet: Fleet, options: SoakOptions): Promise<Death> {
  const crowd = new Crowd(fleet.url, options.deadlineMs);
  try {
    await waitFor(
      async () =>
        (await Promise.all(fleet.upstreams.map((one) => stateOf(fleet, one)))).every(({ taken }) => taken),
      'all upstreams well',
    );
    crowd.start(Math.ceil(options.clients / 4));
    const from = performance.now();
    let applied = 0;
    for (let i = 0; i < options.reloads; i += 1) {
      fleet.write({ [fleet.upstreams[i % 3]?.name ?? '']: 1 + (i % 5) / 10 });
      const response = await fetch(`${fleet.url}/admin/reload`, { method: 'POST' });
      if (response.status === 200) applied += 1;
      await response.arrayBuffer();
    }
    const took = performance.now() - from;
    await crowd.stop();
    const failed = crowd.answers.filter(({ ending }) => ending !== 'complete');
    return {
      verdict: {
        what: `${options.reloads} reloads under load: no request fails`,
        holds: applied === options.reloads && failed.length === 0 && crowd.answers.length > 0,
        figures: `${applied} applied; ${crowd.answers.length} requests; failed: ${endings(failed)}`,
      },
      figures: { 'time per reload under load, ms': (took / options.reloads).toFixed(1) },
    };
  } finally {
    await crowd.close();
  }
}

async function warm({ url, forget }: Upstream): Promise<void> {
  const body = JSON.stringify({ model: 'llama3.2:1b', messages: [], keep_alive: -1 });
  const response = await fetch(`${url}/api/chat`, { method: 'POST', body });
  if (!response.ok) throw new Error(`the model could not be loaded: ${await response.text()}`);
  await response.arrayBuffer();
  await forget();
}

async function restingSockets(fleet: Fleet): Promise<number> {
  await waitFor(async () => (await fetch(`${fleet.url}/readyz`)).status === 200, 'the gateway to be ready');
  return sum(await scrape(fleet.url), 'llamascope_open_handles', { type: 'tcp_socket' });
}

function count(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const by: Record<string, number> = { requests: answers.length };
  for (const { ending, code, status } of answers) {
    const what =
      ending === 'complete'
        ? 'complete'
        : `${ending} ${ending === 'refused' ? `${status} ` : ''}${code ?? ''}`.trim();
    by[what] = (by[what] ?? 0) + 1;
  }
  return by;
}

function endings(answers: readonly Answer[]): string {
  const by = new Map<Ending, number>();
  for (const { ending } of answers) by.set(ending, (by.get(ending) ?? 0) + 1);
  return by.size === 0 ? 'none' : [...by].map(([ending, n]) => `${n} ${ending}`).join(', ');
}

async function waitFor(probe: () => Promise<boolean>, what: string, deadlineMs = 30_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await probe())) {
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await pause(10);
  }
}
