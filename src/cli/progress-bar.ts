import type { CliIo } from './io.ts';

const WIDTH = 24;

/** How far a long command has come: a bar, a share, a count and a few words, on one line of the terminal. */
export class ProgressBar {
  readonly #io: Pick<CliIo, 'status'>;
  #shown = '';

  constructor(io: Pick<CliIo, 'status'>) {
    this.#io = io;
  }

  /** Draws anew when something visible has changed. `total` 0: not known, and only the count is shown. */
  update(done: number, total: number, words = ''): void {
    const line = total > 0 ? known(done, total, words) : `${String(done)}  ${words}`;
    if (line === this.#shown) return;
    this.#shown = line;
    this.#io.status(line);
  }

  /** Clears the line. */
  end(): void {
    this.#shown = '';
    this.#io.status(null);
  }
}

function known(done: number, total: number, words: string): string {
  const share = Math.min(1, done / total);
  const full = Math.floor(share * WIDTH);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${percent} %  ${String(done)}/${String(total)}  ${words}`;
}
