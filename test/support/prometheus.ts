import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real Prometheus scraping gateways, every 200 ms unless told otherwise, with its data in a folder of its own. */
export interface Prometheus extends AsyncDisposable {
  readonly url: string;
  /** Scrapes these from now on. */
  setTargets(urls: readonly string[]): void;
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

export interface PrometheusSetUp {
  /** May fill the folder of its data before it starts. */
  readonly prepare?: (data: string) => void;
  /** The text of a rule file, evaluated as often as it scrapes. */
  readonly rules?: string;
  /** Where its alerts go. */
  readonly alertmanagerUrl?: string;
  /** A whole configuration in place of the one made of the others; its rules are in `rules.yml` beside it. */
  readonly config?: string;
}

export async function startPrometheus(
  targetUrls: string | readonly string[],
  scrapeMs = 200,
  { prepare, rules = 'groups: []', alertmanagerUrl, config: given }: PrometheusSetUp = {},
): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'llamascope-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  const setTargets = (urls: readonly string[]): void => {
    const targets = urls.map((url) => new URL(url).host);
    // Exchanged whole: Prometheus watches the folder.
    writeFileSync(join(folder, 'targets.new'), JSON.stringify([{ targets }]));
    renameSync(join(folder, 'targets.new'), join(folder, 'targets.json'));
  };
  setTargets(typeof targetUrls === 'string' ? [targetUrls] : targetUrls);
  writeFileSync(join(folder, 'rules.yml'), rules);
  const every = `${String(scrapeMs)}ms`;
  writeFileSync(
    config,
    given ??
      JSON.stringify({
        global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
        rule_files: ['rules.yml'],
        ...(alertmanagerUrl === undefined
          ? {}
          : {
              alerting: {
                alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanagerUrl).host] }] }],
              },
            }),
        scrape_configs: [{ job_name: 'llamascope', file_sd_configs: [{ files: ['targets.json'] }] }],
      }),
  );
  prepare?.(join(folder, 'data'));
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
    return client(url, setTargets, stop);
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

function client(url: string, setTargets: Prometheus['setTargets'], stop: () => Promise<void>): Prometheus {
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
    setTargets,
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
