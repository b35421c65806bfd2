/** What the gateway says of itself, read while the clients ask. */
import { parseExposition, type Sample } from '../test/support/metrics.ts';

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

/** Sockets, once a second. */
export class Monitor {
  mostSockets = 0;
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

  async #sample(): Promise<void> {
    const sockets = sum(await scrape(this.#url), 'llamascope_open_handles', { type: 'tcp_socket' });
    this.mostSockets = Math.max(this.mostSockets, sockets);
  }
}
