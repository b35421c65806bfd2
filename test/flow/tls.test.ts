import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput, UpstreamInput } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/problems.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { createGateway } from '../../src/gateway.ts';
import { chat } from '../support/fleet.ts';
import { ollamaLike } from '../support/ollama-like.ts';
import type { Received } from '../support/raw-upstream.ts';

/** A server that speaks TLS, asks for a certificate, and is called otherwise than it is reached. */
const file = (name: string): string => new URL(`../fixtures/tls/${name}`, import.meta.url).pathname;
const [caFile, certFile, keyFile] = [file('ca.pem'), file('client.pem'), file('client-key.pem')];

const seen: { path: string; host: string | undefined; servername: unknown; peer: string | undefined }[] = [];
const ollama = ollamaLike({ models: [{ name: 'm' }] });
const server = createServer(
  {
    key: readFileSync(file('server-key.pem')),
    cert: readFileSync(file('server.pem')),
    ca: readFileSync(caFile),
    requestCert: true,
    rejectUnauthorized: true,
  },
  (request, response) => {
    const { socket } = request;
    if (!(socket instanceof TLSSocket)) throw new Error('no TLS');
    seen.push({
      path: request.url ?? '',
      host: request.headers.host,
      servername: (socket as unknown as { servername: unknown }).servername,
      peer: socket.getPeerCertificate().subject.CN as string | undefined,
    });
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const asked = {
        method: request.method,
        target: (request.url ?? '').replace(/^\/prefix/, ''),
        body,
      } as Received;
      ollama.respond(asked, response, request.socket);
    });
  },
);
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}/prefix`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** What a chat through a gateway with this upstream is answered, and why the upstream is well or not. */
async function ask(upstream: Partial<UpstreamInput>): Promise<{ status: number; reason: string }> {
  seen.length = 0;
  await using gateway = createGateway({
    upstreams: [{ name: 'gpu', url, ...upstream }],
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    cache: { mode: 'off' },
    retry: { max: 0 },
  });
  const at = await gateway.listen();
  await gateway.ready();
  const { status } = await chat(at.url, 'm');
  return { status, reason: gateway.state.upstreams()[0]?.reason ?? '' };
}

describe('TLS to an upstream', () => {
  const identity = { certFile, keyFile };

  it('with an authority, a name and a certificate of its own, for requests and probes alike', async () => {
    const tls = { caFile, ...identity, serverName: 'gpu.internal' };
    expect(await ask({ tls, hostHeader: 'localhost:11434' })).toEqual({ status: 200, reason: 'answers' });
    expect(seen.map(({ path }) => path)).toContain('/prefix/api/chat');
    for (const { path, host, servername, peer } of seen) {
      expect(path).toMatch(/^\/prefix\/api\//);
      expect([host, servername, peer]).toEqual(['localhost:11434', 'gpu.internal', 'gateway']);
    }
  });

  it('is refused without each of them, and says why', async () => {
    expect(await ask({ tls: { ...identity, serverName: 'gpu.internal' } })).toMatchObject({
      status: 502,
      reason: expect.stringMatching(/certificate/) as string,
    });
    expect(await ask({ tls: { caFile, ...identity } })).toMatchObject({
      status: 502,
      reason: expect.stringMatching(/altnames/) as string,
    });
    expect((await ask({ tls: { caFile, serverName: 'gpu.internal' } })).status).toBe(502);
    expect(seen).toEqual([]);
  });

  it('checks nothing where it is told to check nothing', async () => {
    expect((await ask({ tls: { ...identity, insecureSkipVerify: true } })).status).toBe(200);
  });
});

describe('the files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llamascope-tls-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const problems = (tls: UpstreamInput['tls'], at = 'https://gpu:1'): readonly string[] => {
    try {
      resolveConfig({ upstreams: [{ name: 'a', url: at, tls }] } satisfies ConfigInput);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.map(({ key, message }) => `${key}: ${message}`);
      throw error;
    }
    return [];
  };

  it('are looked at when the configuration is read', () => {
    const garbage = join(folder, 'garbage.pem');
    writeFileSync(garbage, 'no certificate');
    const gone = join(folder, 'gone.pem');
    const at = 'upstreams[0].tls';
    expect(problems({ caFile, certFile, keyFile })).toEqual([]);
    expect(problems({ caFile: gone })).toEqual([`${at}.caFile: ${gone}: there is no such file`]);
    expect(problems({ caFile: folder })).toEqual([`${at}.caFile: ${folder}: cannot be read (EISDIR)`]);
    expect(problems({ caFile: garbage })).toEqual([
      `${at}.caFile: ${garbage}: is not a certificate in PEM form`,
    ]);
    expect(problems({ certFile })).toEqual([`${at}.keyFile: certFile and keyFile are needed together`]);
    expect(problems({ keyFile })).toEqual([`${at}.certFile: certFile and keyFile are needed together`]);
    expect(problems({ certFile, keyFile: file('server-key.pem') })[0]).toMatch(
      /keyFile: .* is not the key of certFile/,
    );
    expect(problems({ certFile, keyFile: garbage })[0]).toMatch(
      /keyFile: .*garbage.pem: is not the key of certFile/,
    );
    expect(problems({ insecureSkipVerify: true }, 'http://gpu:1')).toEqual([
      `${at}: is only for https, and the url is http://gpu:1`,
    ]);
    expect(problems({ serverName: 'a b' })).toEqual([
      `${at}.serverName: expected a host name, or null, got "a b"`,
    ]);
  });
});
