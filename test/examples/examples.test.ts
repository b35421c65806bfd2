/** Every example runs from the checkout as its first lines say. What each one prints is tested where it belongs. */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const examples = globSync('examples/*.ts', { cwd: ROOT }).sort();

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs it to its end; one that serves is told to stop once it has said where. */
function runExample(file: string): Promise<Ended> {
  const child = spawn(process.execPath, ['--conditions=llamascope-source', file], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 18_000,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (/ on http:\S+\n/.test(out)) child.kill('SIGTERM');
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) =>
    child.once('close', (code) => {
      resolve({ code, out, err });
    }),
  );
}

describe('the examples', () => {
  it('are there, one for each public entry', () => {
    expect(examples).toEqual(['examples/circuit-breaker.ts', 'examples/gateway.ts', 'examples/metrics.ts']);
  });

  it.each(examples)('%s runs', async (file) => {
    const { code, out, err } = await runExample(file);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).not.toBe('');
  });

  it('the gateway answers both official clients', async () => {
    const { out } = await runExample('examples/gateway.ts');
    expect(out.match(/Paris/g)).toHaveLength(2);
  });
});
