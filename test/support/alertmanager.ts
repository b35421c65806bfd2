import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One alert of a notification, as Alertmanager's webhook has it. */
export interface Notified {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The path that the notification was sent to. */
  readonly path: string;
}

/** What receives notifications and keeps them. */
export interface Webhook extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Notified[];
}

export async function startWebhook(): Promise<Webhook> {
  const received: Notified[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { alerts } = JSON.parse(body) as { alerts: Omit<Notified, 'path'>[] };
      received.push(...alerts.map((alert) => ({ ...alert, path: request.url ?? '' })));
      response.writeHead(200).end();
    });
  });
  return { url: await listening(server), received, [Symbol.asyncDispose]: () => closed(server) };
}

export interface Alertmanager extends AsyncDisposable {
  readonly url: string;
  /** The alerts that it holds back because of others, by name and labels. */
  inhibited(): Promise<readonly Readonly<Record<string, string>>[]>;
}

/** A real Alertmanager with the given configuration, alone: it gossips with nobody. */
export async function startAlertmanager(config: string): Promise<Alertmanager> {
  const folder = mkdtempSync(join(tmpdir(), 'llamascope-alertmanager-'));
  writeFileSync(join(folder, 'alertmanager.yml'), config);
  const child = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      '--cluster.listen-address=',
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
  const url = await new Promise<string>((resolve, reject) => {
    let log = '';
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`prometheus-alertmanager exited with ${String(code)}: ${log}`));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const address = /msg="Listening on" address=(\S+)/.exec(log)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    url,
    inhibited: async () => {
      const alerts = (await (await fetch(`${url}/api/v2/alerts`)).json()) as {
        labels: Record<string, string>;
        status: { inhibitedBy: string[] };
      }[];
      return alerts.filter(({ status }) => status.inhibitedBy.length > 0).map(({ labels }) => labels);
    },
    [Symbol.asyncDispose]: stop,
  };
}

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    });
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
