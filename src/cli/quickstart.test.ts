import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulator } from '../simulator/index.ts';
import { findUpstream, firstModel, isOwnAddress, ollamaVersion } from './quickstart.ts';

/** A server on a port of its own, and its URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('whether a URL is our own address', () => {
  it.each([
    ['http://127.0.0.1:11435', '127.0.0.1:11435', true],
    ['http://localhost:11435', '127.0.0.1:11435', true],
    ['http://[::1]:11435', '[::]:11435', true],
    ['http://127.0.0.1:11435', '0.0.0.0:11435', true],
    ['http://gateway:11435', 'gateway:11435', true],
    ['http://127.0.0.1', '127.0.0.1:80', true],
    ['https://127.0.0.1', '127.0.0.1:443', true],
    ['http://127.0.0.1:11434', '127.0.0.1:11435', false],
    ['http://10.0.0.1:11435', '127.0.0.1:11435', false],
    ['http://127.0.0.1:11435', '10.0.0.1:11435', false],
    ['http://127.0.0.1:0', '127.0.0.1:0', false],
    ['no url', '127.0.0.1:1', false],
    ['http://127.0.0.1:1', 'no address', false],
  ])('%s behind %s: %s', (url, listen, expected) => {
    expect(isOwnAddress(url, listen)).toBe(expected);
  });
});

describe('the probe', () => {
  it.each<[string, RequestListener]>([
    ['another server', (_request, response) => response.end('<html>')],
    ['an error', (_request, response) => response.writeHead(500).end('{"version":"1"}')],
    ['other JSON', (_request, response) => response.end('{"version":1}')],
    ['null', (_request, response) => response.end('null')],
    ['silence', () => undefined],
  ])('takes %s for no Ollama', async (_what, listener) => {
    expect(await ollamaVersion(await serve(listener))).toBeNull();
  });

  it('shows a model that can chat', async () => {
    const tags =
      (names: readonly unknown[]): RequestListener =>
      (_request, response) => {
        response.end(JSON.stringify({ models: names.map((name) => ({ name })) }));
      };
    expect(await firstModel(await serve(tags(['nomic-embed-text', 'llama3.2:1b'])))).toBe('llama3.2:1b');
    expect(await firstModel(await serve(tags(['all-minilm', 5])))).toBeNull();
    expect(
      await firstModel(await serve((_request, response) => response.end('{"models":[null]}'))),
    ).toBeNull();
    expect(await firstModel('http://127.0.0.1:9')).toBeNull();
  });
});

describe('finding an upstream', () => {
  it('does not take this gateway for an Ollama', async () => {
    const ollama = await startSimulator({ embedder: null });
    onTestFinished(() => ollama.close());
    const own = new URL(ollama.url).host;
    const found = await findUpstream(ollama.url, own);
    onTestFinished(() => found.close());
    expect(found.url).not.toBe(ollama.url);
    expect(found.because).toContain(`OLLAMA_HOST names this gateway itself (${own}) and is ignored`);
  });

  it('takes the one that answers, as OLLAMA_HOST names it', async () => {
    const ollama = await startSimulator({ embedder: null, version: '9.8.7' });
    onTestFinished(() => ollama.close());
    const host = new URL(ollama.url).host;
    const found = await findUpstream(host, '127.0.0.1:11435');
    expect(found).toMatchObject({
      name: 'ollama',
      url: `http://${host}`,
      because: 'Ollama 9.8.7 answers there (OLLAMA_HOST)',
    });
    await found.close();
  });
});
