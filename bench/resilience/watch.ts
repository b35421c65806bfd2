/** What the gateway says of itself, sampled while the clients ask. */
import { parseExposition, type Sample } from '../../test/support/metrics.ts';

export async function scrape(url: string): Promise<readonly Sample[]> {
  return parseExposition(await (await fetch(`${url}/metrics`)).text());
}

/** Over all series of the name that have these labels. */
export function sum(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter(
      (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
    )
    .reduce((total, one) => total + one.value, 0);
}

export interface Vitals {
  readonly at: number;
  readonly heapBytes: number;
  readonly sockets: number;
}

/** Heap and sockets, once a second. */
export class Monitor {
  readonly vitals: Vitals[] = [];
  readonly #url: string;
  #timer: NodeJS.Timeout | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#sample().catch(() => undefined), 1_000);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** The least heap in use in each third: what stays after garbage collection. Null with too few samples. */
  heapFloors(): readonly [number, number, number] | null {
    const { vitals } = this;
    const third = Math.floor(vitals.length / 3);
    if (third < 2) return null;
    const floor = (from: number): number =>
      Math.min(...vitals.slice(from, from + third).map(({ heapBytes }) => heapBytes));
    return [floor(0), floor(third), floor(2 * third)];
  }

  async #sample(): Promise<void> {
    const samples = await scrape(this.#url);
    this.vitals.push({
      at: performance.now(),
      heapBytes: sum(samples, 'llamascope_heap_bytes', { state: 'used' }),
      sockets: sum(samples, 'llamascope_open_handles', { type: 'tcp_socket' }),
    });
  }
}
