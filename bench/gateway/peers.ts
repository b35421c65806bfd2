/** Everything that is measured, started in front of the same upstream: where it listens, and how it is asked. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { answering, MEASURED_CORE, OTHER_CORE, start, type Running } from './processes.ts';

const HERE = import.meta.dirname;
const ROOT = path.join(HERE, '../..');
const PORTKEY = path.join(ROOT, 'bench/peers/portkey');

export interface Peer extends Running {
  readonly name: string;
  readonly url: string;
  /** Headers it wants beside those of the protocol. */
  readonly headers: Readonly<Record<string, string>>;
  /** From the start of the process to its first answer, milliseconds. */
  readonly startMs: number;
}

export async function startUpstream(): Promise<Running & { readonly port: number }> {
  const running = start(process.execPath, [path.join(HERE, 'upstream.ts')], { core: OTHER_CORE });
  return { ...running, port: await portOf(running) };
}

/** Made anew for each use, since its folder and port are its own. */
export type Make = (upstreamPort: number, nodeArgs?: readonly string[]) => Promise<Peer>;

export const relay: Make = (port, nodeArgs) => reference('bare relay', ['relay', String(port)], nodeArgs);
export const hello: Make = (_, nodeArgs) => reference('bare node:http', ['hello'], nodeArgs);

async function reference(
  name: string,
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<Peer> {
  const from = performance.now();
  const running = start(process.execPath, [...nodeArgs, path.join(HERE, 'reference.ts'), ...args], {
    core: MEASURED_CORE,
  });
  const url = `http://127.0.0.1:${String(await portOf(running))}`;
  return { ...running, name, url, headers: {}, startMs: performance.now() - from };
}

/** Llamascope with everything on but what `configuration` changes. Run as it is run from a checkout (`root`), from its sources. */
export function gateway(
  name: string,
  configuration: Readonly<Record<string, unknown>> = {},
  upstreams = 1,
  root: string = ROOT,
): Make {
  return async (port, nodeArgs = []) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-bench-'));
    const file = path.join(folder, 'llamascope.yaml');
    const one = {
      kind: 'openai',
      url: `http://127.0.0.1:${String(port)}`,
      parallel: 2_048,
      pool: { maxsize: 2_048 },
    };
    writeFileSync(
      file,
      JSON.stringify({
        listen: '127.0.0.1:0',
        log: { level: 'silent' },
        cache: { mode: 'exact' },
        upstreams: Array.from({ length: upstreams }, (_, at) => ({ name: `up-${String(at + 1)}`, ...one })),
        ...configuration,
      }),
    );
    const from = performance.now();
    // Older checkouts had no other way in.
    const launcher = path.join(root, 'scripts/llamascope.js');
    const entry = existsSync(launcher) ? launcher : path.join(root, 'src/cli/main.ts');
    const args = [...nodeArgs, entry, 'serve', '--config', file, '--no-watch'];
    const running = start(process.execPath, args, { core: MEASURED_CORE });
    const url = await said(running, /listening on (http:\S+)/);
    const startMs = performance.now() - from;
    return {
      ...running,
      name,
      url,
      headers: {},
      startMs,
      [Symbol.asyncDispose]: () => stopped(running, folder),
    };
  };
}

export const nginx: Make = (port) =>
  proxy('nginx', (listen, folder) => [
    `worker_processes 1; daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 8192; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  keepalive_requests 100000000;
  upstream up { server 127.0.0.1:${String(port)}; keepalive 1024; keepalive_requests 100000000; }
  server { listen 127.0.0.1:${String(listen)} backlog=4096; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; } }
}`,
    ['nginx', '-c'],
  ]);

export const haproxy: Make = (port) =>
  proxy('haproxy', (listen) => [
    `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  option http-no-delay
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend in
  bind 127.0.0.1:${String(listen)} backlog 4096
  default_backend up
backend up
  server up 127.0.0.1:${String(port)}
`,
    ['haproxy', '-db', '-f'],
  ]);

async function proxy(
  name: string,
  written: (listen: number, folder: string) => readonly [configuration: string, command: readonly string[]],
): Promise<Peer> {
  const folder = mkdtempSync(path.join(tmpdir(), `llamascope-bench-${name}-`));
  const listen = await freePort();
  const [configuration, [command = name, ...args]] = written(listen, folder);
  const file = path.join(folder, `${name}.conf`);
  writeFileSync(file, configuration);
  const running = start(command, [...args, file], { core: MEASURED_CORE });
  const url = `http://127.0.0.1:${String(listen)}`;
  await answering(`${url}/v1/models`, running);
  return {
    ...running,
    name,
    url,
    headers: {},
    startMs: NaN,
    [Symbol.asyncDispose]: () => stopped(running, folder),
  };
}

/** Portkey's gateway with the packages of its own lock, installed when it is first asked for. */
export const portkey: Make = async (port) => {
  if (!existsSync(path.join(PORTKEY, 'node_modules/@portkey-ai/gateway'))) {
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: PORTKEY,
      stdio: 'ignore',
    });
    if (status !== 0) throw new Error('npm ci in bench/peers/portkey failed');
  }
  const listen = await freePort();
  const from = performance.now();
  const main = path.join(PORTKEY, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  const running = start(process.execPath, [main, `--port=${String(listen)}`, '--headless'], {
    core: MEASURED_CORE,
    cwd: PORTKEY,
    env: { NODE_ENV: 'production' },
  });
  const url = `http://127.0.0.1:${String(listen)}`;
  await answering(`${url}/`, running);
  const headers = {
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${String(port)}/v1`,
    authorization: 'Bearer bench',
  };
  return { ...running, name: 'Portkey 1.15.2', url, headers, startMs: performance.now() - from };
};

async function stopped(running: Running, folder: string): Promise<void> {
  await running[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}

async function portOf(running: Running): Promise<number> {
  return Number(await said(running, /port (\d+)/));
}

async function said(running: Running, pattern: RegExp): Promise<string> {
  for (let tries = 0; tries < 4_000; tries += 1) {
    const found = pattern.exec(running.output())?.[1];
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`nothing like ${String(pattern)} in: ${running.output()}`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
