/**
 * The process: its streams, its signals, its exit code. The only module that touches them; everything else gets a `CliIo`.
 */
import { closeSync, openSync } from 'node:fs';
import type { CliIo } from './io.ts';
import { unsupportedNode } from './node-version.ts';
import { processTerminal } from './process-terminal.ts';
import { reportFailure, runCli } from './run.ts';

const io: CliIo = {
  env: process.env,
  cwd: process.cwd(),
  out: (line) => {
    process.stdout.write(`${line}\n`);
  },
  err: (line) => {
    process.stderr.write(`${line}\n`);
  },
  status: (line) => {
    const { columns, isTTY } = process.stderr;
    // Cut to the width: a line that wraps cannot be written over.
    if (isTTY) process.stderr.write(`\r\u001b[2K${line === null ? '' : line.slice(0, columns - 1)}`);
  },
  terminal: process.stdout.isTTY && process.stdin.isTTY ? processTerminal() : null,
  onSignal(callback) {
    process.on('SIGINT', callback);
    process.on('SIGTERM', callback);
    return () => {
      process.off('SIGINT', callback);
      process.off('SIGTERM', callback);
    };
  },
  onHangup(callback) {
    const onHangup = (): void => {
      if (terminalIsGone()) process.emit('SIGTERM');
      else callback();
    };
    process.on('SIGHUP', onHangup);
    return () => process.off('SIGHUP', onHangup);
  },
};

/** SIGHUP is also what a closed terminal window sends: whoever was started from one ends with it. */
const startedInTerminal = process.stderr.isTTY || process.stdin.isTTY;
function terminalIsGone(): boolean {
  if (!startedInTerminal) return false;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}

// A reader that went away (`llamascope check | head -1`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
}
const argv = process.argv.slice(2);
process.on('uncaughtException', (error) => {
  process.exit(reportFailure(error, null, argv.includes('--debug'), io));
});
const unsupported = unsupportedNode(process.versions.node);
if (unsupported !== null) {
  io.err(unsupported);
  process.exit(1);
}
process.exit(await runCli(argv, io));
