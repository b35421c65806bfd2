/** What a command may touch of the process it runs in, so that tests can run one without spawning. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** One line of result, to stdout. */
  out(line: string): void;
  /** One line for the person who watches, to stderr. */
  err(line: string): void;
  /** The line that is written over itself, on stderr; null clears it. Nothing where stderr is no terminal. */
  status(line: string | null): void;
  /** The screen and keys of whoever watches; null where stdout or stdin is no terminal. */
  readonly terminal?: Terminal | null;
  /** Calls back on each SIGINT and SIGTERM; the returned function stops that. */
  onSignal(callback: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** Calls back on each SIGHUP that asks for a reload; the returned function stops that. */
  onHangup(callback: () => void): () => void;
}

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  /** Keys one by one, unechoed, until the returned function is called; Ctrl-C is one of them. */
  onKey(callback: (key: string) => void): () => void;
  onResize(callback: () => void): () => void;
}

/** 0: it worked. 1: it failed. 2: it was asked for wrongly. */
export type ExitCode = 0 | 1 | 2;

/** The command line is wrong; the message says what to write instead. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked for failed, and the message says all there is to say. Exit code 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

export interface Command {
  help(): string;
  run(args: readonly string[], io: CliIo): Promise<ExitCode>;
}
