import type { Terminal } from './io.ts';

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout } = process;
  return {
    get columns(): number {
      return stdout.columns;
    },
    get rows(): number {
      return stdout.rows;
    },
    write: (text) => void stdout.write(text),
    onKey(callback): () => void {
      const listen = (bytes: Buffer): void => {
        for (const key of bytes.toString('utf8')) callback(key);
      };
      stdin.setRawMode(true);
      stdin.on('data', listen);
      stdin.resume();
      return () => {
        stdin.off('data', listen);
        stdin.setRawMode(false);
        stdin.pause();
      };
    },
    onResize(callback): () => void {
      stdout.on('resize', callback);
      return () => void stdout.off('resize', callback);
    },
  };
}
