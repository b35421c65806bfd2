/**
 * Fast, typed Prometheus metrics in a service of your own, without the gateway. Run it (`node metrics.ts`, in the
 * checkout with `--conditions=llamascope-source`) and open the address that it prints. A label or value that the catalogue does not declare does not compile.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMetrics, renderMetrics } from 'llamascope/metrics';

const metrics = createMetrics({
  jobs_total: {
    type: 'counter',
    help: 'Jobs done, by how they ended.',
    labels: { result: ['ok', 'failed'] },
  },
  job_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Time a job took.',
    labels: {},
    buckets: [0.01, 0.1, 1, 10],
  },
});

// Resolve instruments once; on the hot path they are a plain addition.
const ok = metrics.counter('jobs_total').labels({ result: 'ok' });
metrics.counter('jobs_total').labels({ result: 'failed' });
const duration = metrics.histogram('job_duration_seconds').labels({});

ok.inc();
duration.observe(0.05);

const server = createServer((request, response) => {
  void renderMetrics(metrics.registry, request.headers.accept).then(({ contentType, body }) => {
    response.writeHead(200, { 'content-type': contentType }).end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`metrics on http://127.0.0.1:${port}/metrics\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
