import { describe, expect, it } from 'vitest';
import { upstreamOptions } from '../../test/support/exchange.ts';
import { ollamaLike } from '../../test/support/ollama-like.ts';
import {
  closedPort,
  startRawUpstream,
  type RawUpstream,
  type Respond,
} from '../../test/support/raw-upstream.ts';
import { until } from '../../test/support/until.ts';
import type { GatewayEvent } from '../core/events.ts';
import { modelId } from '../core/ids.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { HealthProbe } from './probe.ts';
import type { UpstreamOptions } from './options.ts';

interface ProbeRig extends AsyncDisposable {
  readonly probe: HealthProbe;
  readonly clock: ManualClock;
  readonly events: GatewayEvent[];
}

function probeOf(url: string, options: Partial<UpstreamOptions> = {}, timeoutMs = 5_000): ProbeRig {
  const clock = new ManualClock();
  const events: GatewayEvent[] = [];
  const probe = new HealthProbe(
    upstreamOptions({ name: 'up', url, ...options }),
    { intervalMs: 5_000, timeoutMs },
    { clock, emit: (event) => events.push(event), via: 'llamascope-test' },
  );
  return { probe, clock, events, [Symbol.asyncDispose]: () => probe.close() };
}

const openai =
  (status: number, body: unknown): Respond =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

describe('an Ollama server', () => {
  it('is asked for its version and models, never for a generation', async () => {
    const server = ollamaLike({
      models: [
        { name: 'llama3.2:latest', digest: 'd1', capabilities: ['completion'] },
        { name: 'odd-name:1b', digest: 'd2', capabilities: ['embedding'] },
        { name: 'all-minilm:latest', digest: 'd3', family: 'bert', capabilities: ['embedding'] },
      ],
      resident: ['llama3.2:latest'],
    });
    await using upstream = await startRawUpstream(server.respond);
    await using rig = probeOf(upstream.url, { apiKey: 'k', headers: { 'x-extra': 'yes' } });
    const { probe } = rig;
    expect(probe.report()).toMatchObject({ healthy: false, reason: 'not probed yet', probedAt: null });
    await probe.start();
    expect(probe.report()).toEqual({
      healthy: true,
      reason: 'answers',
      probedAt: rig.clock.wallMs(),
      version: '0.12.0',
      models: ['llama3.2:latest', 'odd-name:1b', 'all-minilm:latest'],
      resident: ['llama3.2:latest'],
    });
    expect(rig.events).toEqual([
      { type: 'upstream.health-changed', upstream: 'up', healthy: true, reason: 'answers' },
    ]);
    for (const name of ['llama3.2', 'llama3.2:latest']) {
      expect(probe.hasModel(modelId(name))).toBe(true);
      expect(probe.resident(modelId(name))).toBe(true);
      expect(probe.digest(name)).toBe('d1');
    }
    expect(probe.hasModel(modelId('llama3.2:3b'))).toBe(false);
    expect(probe.resident(modelId('odd-name:1b'))).toBe(false);
    expect(probe.digest('nothing')).toBeNull();
    expect(probe.embeddingModel(null)).toMatchObject({ name: 'odd-name:1b', digest: 'd2' });
    expect(probe.embeddingModel('all-minilm')).toMatchObject({ name: 'all-minilm:latest' });
    expect(probe.embeddingModel('absent')).toBeNull();
    const paths = new Set(upstream.received.map((asked) => asked.target));
    expect([...paths].sort()).toEqual(['/api/ps', '/api/show', '/api/tags', '/api/version']);
    expect(upstream.received[0]?.headers).toMatchObject({ authorization: 'Bearer k', 'x-extra': 'yes' });
  });

  it('asks what a model is for once, and goes by its name where the server does not say', async () => {
    const server = ollamaLike({ models: [{ name: 'nomic-embed-text:latest' }] });
    await using upstream = await startRawUpstream(server.respond);
    await using rig = probeOf(upstream.url);
    await rig.probe.probe();
    await rig.probe.probe();
    expect(upstream.received.filter((asked) => asked.target === '/api/show')).toHaveLength(1);
    expect(rig.probe.embeddingModel(null)?.name).toBe('nomic-embed-text:latest');
    server.models = [];
    await rig.probe.probe();
    expect(rig.probe.embeddingModel(null)).toBeNull();
  });

  it('that does not say what a model is for is healthy all the same', async () => {
    const server = ollamaLike();
    await using upstream = await startRawUpstream((asked, response, socket) => {
      if (asked.target === '/api/show') socket.destroy();
      else server.respond(asked, response, socket);
    });
    await using rig = probeOf(upstream.url);
    await rig.probe.probe();
    expect(rig.probe.healthy).toBe(true);
  });

  it('is probed at the interval; one bad probe is forgiven, two are not, one good one heals', async () => {
    const server = ollamaLike({ resident: ['m'] });
    await using upstream = await startRawUpstream(server.respond);
    await using rig = probeOf(upstream.url);
    const { probe, clock, events } = rig;
    await probe.start();
    const next = async (): Promise<void> => {
      const before = probe.report().probedAt ?? 0;
      clock.advance(5_000);
      await until(() => (probe.report().probedAt ?? 0) > before, 'the next probe');
      await until(() => clock.pending === 1, 'the one after it to be set');
    };
    probe.noteServed(modelId('other'));
    probe.noteServed(null);
    expect(probe.resident(modelId('other'))).toBe(true);
    server.status = 500;
    await next();
    expect(probe.report()).toMatchObject({ healthy: true, reason: 'GET /api/version answered 500' });
    expect(probe.resident(modelId('other'))).toBe(false);
    await next();
    expect(probe.report()).toMatchObject({ healthy: false, resident: [] });
    expect(probe.hasModel(modelId('m'))).toBe(true);
    server.status = 200;
    await next();
    expect(probe.report()).toMatchObject({ healthy: true, reason: 'answers', resident: ['m'] });
    expect(events.map((event) => event.type === 'upstream.health-changed' && event.healthy)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('unreachable at the start is unhealthy, says why, and recovers by itself', async () => {
    const port = await closedPort();
    await using rig = probeOf(`http://127.0.0.1:${String(port)}`);
    await rig.probe.start();
    expect(rig.probe.report()).toMatchObject({ healthy: false, version: null, models: [] });
    expect(rig.probe.report().reason).toContain('ECONNREFUSED');
    expect(rig.events).toHaveLength(0);
    await rig.probe.close();
    rig.clock.advance(60_000);
    expect(rig.clock.pending).toBe(0);
  });

  it.each<[string, Respond, RegExp]>([
    ['never answers', () => undefined, /no answer in time|timeout/i],
    ['answers something else', (_, response) => response.writeHead(200).end('<html>'), /not JSON/],
    ['is not there', (_, response) => response.writeHead(404).end(), /answered 404/],
  ])('that %s is unhealthy', async (_, respond, reason) => {
    await using upstream = await startRawUpstream(respond);
    await using rig = probeOf(upstream.url, {}, 200);
    await rig.probe.start();
    expect(rig.probe.report().healthy).toBe(false);
    expect(rig.probe.report().reason).toMatch(reason);
  });

  it('whose listing is garbled has the models that can be read', async () => {
    const listings: Record<string, unknown> = {
      '/api/version': ['no object'],
      '/api/tags': {
        models: [
          null,
          3,
          { name: '' },
          { name: 4 },
          { model: 'by-model', details: { families: ['nomic-bert', 7] } },
        ],
      },
      '/api/ps': { models: 'none' },
    };
    await using upstream = await startRawUpstream((asked, response) => {
      response.end(JSON.stringify(listings[asked.target] ?? null));
    });
    await using rig = probeOf(upstream.url);
    await rig.probe.probe();
    expect(rig.probe.report()).toMatchObject({
      healthy: true,
      version: null,
      models: ['by-model'],
      resident: [],
    });
    expect(rig.probe.embeddingModel(null)?.name).toBe('by-model');
  });

  it('is not reported once it was given up', async () => {
    const server = ollamaLike();
    let release: (() => void) | null = null;
    await using upstream = await startRawUpstream((asked, response, socket) => {
      release = () => server.respond(asked, response, socket);
    });
    const rig = probeOf(upstream.url);
    const round = rig.probe.start();
    await until(() => release, 'the probe');
    await rig.probe.close();
    await round;
    expect(rig.events).toHaveLength(0);
    expect(rig.clock.pending).toBe(0);
  });
});

describe('an OpenAI-compatible server', () => {
  const probed = async (upstream: RawUpstream): Promise<ProbeRig> => {
    const rig = probeOf(upstream.url, { kind: 'openai' });
    await rig.probe.start();
    return rig;
  };

  it('is asked for its models, which are always in memory', async () => {
    await using upstream = await startRawUpstream(
      openai(200, { data: [{ id: 'gpt' }, { id: 'text-embedding-3' }, { id: 5 }] }),
    );
    await using rig = await probed(upstream);
    expect(rig.probe.report()).toMatchObject({
      healthy: true,
      models: ['gpt', 'text-embedding-3'],
      version: null,
    });
    expect(rig.probe.resident(modelId('gpt'))).toBe(true);
    expect(rig.probe.embeddingModel(null)?.name).toBe('text-embedding-3');
    expect(upstream.received).toHaveLength(1);
  });

  it.each([401, 404])('that answers %i is there, its models unknown', async (status) => {
    await using upstream = await startRawUpstream(openai(status, {}));
    await using rig = await probed(upstream);
    expect(rig.probe.report()).toMatchObject({ healthy: true, models: [] });
  });

  it('that fails is unhealthy', async () => {
    await using upstream = await startRawUpstream(openai(502, {}));
    await using rig = await probed(upstream);
    expect(rig.probe.report()).toMatchObject({ healthy: false, reason: 'GET /v1/models answered 502' });
  });
});
