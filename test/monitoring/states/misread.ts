/**
 * A program that uses the metrics alone (`llamascope/metrics`), and whose own state cannot be read: a collector that
 * throws, and more label values than a family may have.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEventBus } from '../../../src/runtime/event-bus.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { createTelemetry } from '../../../src/telemetry/index.ts';
import { oneUpstream, readerOf } from '../../telemetry/state.ts';
import type { DrivenState } from './state.ts';

export async function startMisread(): Promise<DrivenState> {
  const state = {
    ...readerOf(oneUpstream()),
    cache: () => {
      throw new Error('the cache cannot say how it is');
    },
  };
  const telemetry = createTelemetry(
    { enabled: true, maxSeriesPerFamily: 100 },
    { bus: createEventBus(), clock: systemClock, state, version: '0.0.0' },
  );
  const attempts = telemetry.metrics?.counter('llamascope_upstream_attempts_total');
  const server = createServer((_, response) => {
    for (let i = 0; i < 200; i += 1) attempts?.labels({ upstream: `made-up-${String(i)}`, outcome: 'success' }).inc();
    void telemetry.render(undefined).then(({ contentType, body }) => {
      response.writeHead(200, { 'content-type': contentType }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name: 'misread',
    urls: [`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`],
    drive: () => Promise.resolve(),
    [Symbol.asyncDispose]: async () => {
      telemetry.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
