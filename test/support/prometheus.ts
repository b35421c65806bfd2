import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real Prometheus scraping one target, every 200 ms unless told otherwise, with its data in a folder of its own. */
export interface Prometheus extends AsyncDisposable {
  readonly url: string;
  /** An instant query, now or at a unix time in seconds; the result vector. Throws with Prometheus' own message on a bad query. */
  query(expression: string, at?: number): Promise<readonly QueryResult[]>;
  /** The one value of a query that has one result. */
  value(expression: string): Promise<number>;
  targets(): Promise<readonly { readonly health: string; readonly lastError: string }[]>;
}

export interface QueryResult {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** `prepare` may fill the folder of its data before it starts. */
export async function startPrometheus(
  targetUrl: string,
  scrapeMs = 200,
  prepare: (data: string) => void = () => undefined,
): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'llamascope-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    `global: { scrape_interval: ${scrapeMs}ms, scrape_timeout: ${scrapeMs}ms }
scrape_configs:
  - job_name: llamascope
    static_configs: [{ targets: ['${new URL(targetUrl).host}'] }]
`,
  );
  prepare(join(folder, 'data'));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = `http://${await listeningAddress(child)}`;
    return client(url, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

function listeningAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`prometheus exited with ${code}: ${log}`));
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      if (log.length > 100_000) return;
      log += chunk.toString();
      const address = /msg="Listening on" address=(\S+)/.exec(log)?.[1];
      if (address !== undefined && log.includes('Server is ready to receive web requests')) resolve(address);
    });
  });
}

function client(url: string, stop: () => Promise<void>): Prometheus {
  const query = async (expression: string, at?: number): Promise<readonly QueryResult[]> => {
    const time = at === undefined ? '' : `&time=${at}`;
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}${time}`);
    const reply = (await response.json()) as {
      status: string;
      error?: string;
      data: { resultType: string; result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    if (reply.status !== 'success') throw new Error(`${expression}: ${reply.error ?? 'query failed'}`);
    return reply.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  };
  return {
    url,
    query,
    async value(expression): Promise<number> {
      const result = await query(expression);
      if (result.length !== 1) throw new Error(`${expression}: ${result.length} results, expected one`);
      return (result[0] as QueryResult).value;
    },
    async targets(): Promise<readonly { health: string; lastError: string }[]> {
      const response = await fetch(`${url}/api/v1/targets`);
      const reply = (await response.json()) as {
        data: { activeTargets: { health: string; lastError: string }[] };
      };
      return reply.data.activeTargets;
    },
    [Symbol.asyncDispose]: stop,
  };
}
