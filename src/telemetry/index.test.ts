import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openMetricsComplaints } from '../../test/telemetry/openmetrics.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/metrics.ts', import.meta.url));

describe('the example for llamascope/metrics', () => {
  it('serves its own metrics in both formats and stops on SIGTERM', async () => {
    const child = spawn(process.execPath, ['--conditions=llamascope-source', EXAMPLE]);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const exited = once(child, 'exit');
    const [line] = (await Promise.race([once(child.stdout, 'data'), exited])) as [Buffer | number | null];
    const url = /http:\S+/.exec(String(line))?.[0];
    expect([url, errors]).toEqual([expect.any(String), '']);
    const text = await (await fetch(url as string)).text();
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'jobs_total{result="ok"} 1',
        'jobs_total{result="failed"} 0',
        'job_duration_seconds_bucket{le="0.1"} 1',
        'job_duration_seconds_count 1',
      ]),
    );
    const response = await fetch(url as string, { headers: { accept: 'application/openmetrics-text' } });
    expect(response.headers.get('content-type')).toContain('application/openmetrics-text; version=1.0.0');
    expect(openMetricsComplaints(await response.text())).toEqual([]);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });
});
