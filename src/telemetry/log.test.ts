import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES, SAMPLE_EVENTS } from '../../test/telemetry/sample-events.ts';
import { modelId, clientId } from '../core/ids.ts';
import { createEventBus, type EventBus } from '../runtime/event-bus.ts';
import { createLog, LOG_LEVELS, type Log, type LogLevel } from './log.ts';

type Line = Readonly<Record<string, unknown>>;

function start(level: LogLevel): { bus: EventBus; log: Log; lines: Line[]; subscribed: () => number } {
  const real = createEventBus();
  let subscribers = 0;
  const bus: EventBus = {
    emit: real.emit,
    get failures() {
      return real.failures;
    },
    subscribe: (subscriber) => {
      subscribers += 1;
      const unsubscribe = real.subscribe(subscriber);
      return () => {
        subscribers -= 1;
        unsubscribe();
      };
    },
  };
  const lines: Line[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as Line) };
  return { bus, log: createLog({ level, destination }, { bus }), lines, subscribed: () => subscribers };
}

function emitAll(bus: EventBus): void {
  for (const type of EVENT_TYPES) bus.emit(SAMPLE_EVENTS[type]);
}

describe('the log', () => {
  it('has one line per request with what happened and no text of it', () => {
    const { bus, lines } = start('info');
    bus.emit(SAMPLE_EVENTS['request.started']);
    bus.emit(SAMPLE_EVENTS['request.finished']);
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        msg: 'request',
        id: '0123456789abcdef-00000',
        endpoint: '/api/chat',
        model: 'llama3.2:1b',
        client: 'app',
        status: 200,
        outcome: 'ok',
        durationMs: 2_200,
        ttftMs: 200,
        queuedMs: 40,
        streamed: true,
        cache: 'miss',
        served: 'upstream',
        upstream: 'gpu-1',
        attempts: 1,
        promptTokens: 30,
        completionTokens: 101,
        error: null,
      },
    ]);
  });

  it('cuts what clients choose, and keeps line breaks inside the JSON', () => {
    const { bus, lines } = start('info');
    bus.emit({
      ...SAMPLE_EVENTS['request.finished'],
      model: modelId('x'.repeat(10_000)),
      client: clientId('a\n{"level":"fatal"}'),
      ttftMs: null,
      usage: null,
      durationMs: 1.23456,
    });
    expect(lines[0]).toMatchObject({
      model: `${'x'.repeat(200)}…`,
      client: 'a\n{"level":"fatal"}',
      ttftMs: null,
      promptTokens: null,
      completionTokens: null,
      durationMs: 1.235,
    });
  });

  it('says state changes at the level they deserve', () => {
    const { bus, lines } = start('debug');
    emitAll(bus);
    bus.emit({ ...SAMPLE_EVENTS['breaker.transitioned'], from: 'open', to: 'half_open', cause: 'timer' });
    bus.emit({ ...SAMPLE_EVENTS['upstream.health-changed'], healthy: true, reason: 'answers' });
    bus.emit({ ...SAMPLE_EVENTS['config.reloaded'], result: 'rejected' });
    expect(lines.map(({ level, msg }) => `${String(level)}: ${String(msg)}`)).toEqual([
      'info: request',
      'warn: llama3.2:1b was in memory of gpu-1 and had to be loaded again: num_ctx 8192 was asked for, the server\'s own before; models."llama3.2:1b".numCtx or ollama.numCtx of the upstream pins one',
      'warn: an upstream seems to write fewer streams at once than it is sent: raise its OLLAMA_NUM_PARALLEL, or lower parallel',
      'warn: cache store changed',
      'warn: cache entries restored',
      'info: cache purged',
      'warn: breaker changed state',
      'warn: too few upstreams are healthy: health is not asked',
      'warn: upstream health changed',
      'debug: retry',
      'info: configuration reloaded',
      'info: operation performed',
      'error: worker process ended',
      'info: worker processes changed',
      'error: an event subscriber failed',
      'info: breaker changed state',
      'info: upstream health changed',
      'error: configuration refused, the former one stays in force',
    ]);
    expect(lines[3]).toMatchObject({ store: 'sqlite', state: 'degraded', reason: 'disk full' });
    expect(lines[6]).toMatchObject({ breaker: 'gpu-1', from: 'closed', to: 'open', cause: 'tripped' });
    expect(lines[11]).toMatchObject({ action: 'breaker.isolate', target: 'gpu-1' });
    expect(lines[12]).toMatchObject({ worker: 'worker-1', reason: 'crashed', detail: 'signal SIGKILL' });
    expect(lines[14]).toMatchObject({
      err: { message: 'a subscriber threw', stack: expect.any(String) as string },
    });
  });

  it('says once a minute that a model is loaded again and again, and how often', () => {
    const { bus, lines } = start('warn');
    const event = SAMPLE_EVENTS['model.reloaded'];
    for (let second = 0; second <= 120; second += 10) bus.emit({ ...event, at: event.at + second * 1_000 });
    bus.emit({ ...event, model: modelId('other'), numCtx: null });
    expect(lines.map(({ model, reloads }) => [model, reloads])).toEqual([
      ['llama3.2:1b', 1],
      ['llama3.2:1b', 6],
      ['llama3.2:1b', 6],
      ['other', 1],
    ]);
    expect(lines[0]).toMatchObject({ upstream: 'gpu-1', numCtx: 8_192, formerNumCtx: null, loadMs: 2_400 });
    expect(lines[3]?.['msg']).toContain('num_gpu');
  });

  it('writes only what its level lets through', () => {
    const written = LOG_LEVELS.map((level) => {
      const { bus, lines } = start(level);
      emitAll(bus);
      return [level, lines.length];
    });
    expect(written).toEqual([
      ['trace', 15],
      ['debug', 15],
      ['info', 14],
      ['warn', 9],
      ['error', 2],
      ['fatal', 0],
      ['silent', 0],
    ]);
  });

  it('listens to nothing when nothing can be said, and stops when closed', () => {
    expect([start('silent').subscribed(), start('fatal').subscribed()]).toEqual([0, 0]);
    const { bus, log, lines, subscribed } = start('info');
    expect(subscribed()).toBe(1);
    log.close();
    emitAll(bus);
    expect([subscribed(), lines]).toEqual([0, []]);
  });

  it('masks credentials in what it is given', () => {
    const { log, lines } = start('info');
    const headers = {
      authorization: 'Bearer secret',
      cookie: 'secret',
      'x-api-key': 'secret',
      accept: '*/*',
    };
    log.logger.info({ headers, authorization: 'secret', apiKey: 'secret', token: 'secret' }, 'incoming');
    expect(JSON.stringify(lines)).not.toContain('secret');
    expect(lines[0]).toMatchObject({ headers: { authorization: '[masked]', accept: '*/*' } });
  });

  const modules = `
    import { createEventBus } from ${JSON.stringify(new URL('../runtime/event-bus.ts', import.meta.url).href)};
    import { createLog } from ${JSON.stringify(new URL('log.ts', import.meta.url).href)};
    const bus = createEventBus();
    const log = createLog({ level: 'info' }, { bus });
    const say = () => bus.emit(${JSON.stringify(SAMPLE_EVENTS['config.reloaded'])});
  `;

  it('goes to stderr, complete once closed, with nothing on stdout', () => {
    const script = `${modules}
      for (let i = 0; i < 500; i += 1) say();
      log.close();
      process.exit(0);
    `;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect([run.status, run.stdout]).toEqual([0, '']);
    const lines = run.stderr.trimEnd().split('\n');
    expect(lines.length).toBe(500);
    expect(JSON.parse(lines[499] as string)).toMatchObject({ level: 'info', result: 'applied' });
  });

  it('does not take the process down when whoever read stderr is gone', async () => {
    const script = `${modules}
      process.stdin.once('data', async () => {
        for (let i = 0; i < 50; i += 1) {
          for (let k = 0; k < 100; k += 1) say();
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        log.close();
        process.stdout.write('alive');
        process.exit(0);
      });
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    const closed = once(child.stderr, 'close');
    child.stderr.destroy();
    await closed;
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stdin.write('go');
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, stdout]).toEqual([0, 'alive']);
  });
});
