import { GatewayError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { AttemptEnd, AttemptListener } from '../upstream/attempt-types.ts';
import type { CircuitBreaker } from '../resilience/breaker/breaker.ts';
import { settleByOutcome } from '../resilience/outcomes.ts';
import { CancelSource } from '../runtime/cancel.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Upstream } from './upstream.ts';

/** How long the cache's embedder waits for an upstream; the model may have to be loaded first. */
const EMBED_TIMEOUT_MS = 30_000;

/**
 * A call of the gateway's own for vectors: over the same connections and counted among them, but judged by a breaker
 * of its own, so that a broken embedding model does not stop the chats of its upstream, nor they it.
 * Resolves with the body of a 200 answer; rejects with a GatewayError otherwise.
 */
export async function callEmbedding(
  upstream: Upstream,
  breaker: CircuitBreaker,
  body: Buffer,
  deps: { readonly clock: Clock; readonly emit: Emit },
): Promise<Buffer> {
  const leave = breaker.tryAcquire();
  if (!leave.admitted) {
    breaker.recordRejection();
    throw new GatewayError('breaker_open', `the breaker ${breaker.snapshot().name} is open`, {
      retryAfterMs: leave.retryAfterMs,
    });
  }
  const cancel = new CancelSource();
  const startedAt = deps.clock.now();
  const listener: AttemptListener = {
    firstContent: () => undefined,
    attemptEnded: (end: AttemptEnd) => {
      if (end.stale) leave.ignore('stale_connection');
      else settleByOutcome(leave, end.outcome);
      const durationMs = deps.clock.now() - startedAt;
      deps.emit({ type: 'upstream.attempted', upstream: upstream.name, outcome: end.outcome, durationMs });
    },
  };
  upstream.assign();
  try {
    const response = await upstream.transport.send(
      {
        method: 'POST',
        target: upstream.options.kind === 'ollama' ? '/api/embed' : '/v1/embeddings',
        headers: { 'content-type': 'application/json' },
        requestId: null,
        body,
        reading: 'whole',
        streamWanted: false,
        timeouts: {
          firstContentMs: EMBED_TIMEOUT_MS,
          wholeMs: EMBED_TIMEOUT_MS,
          idleMs: EMBED_TIMEOUT_MS,
          totalMs: EMBED_TIMEOUT_MS,
        },
        cancel,
      },
      listener,
    );
    if (response.status === 200 && Buffer.isBuffer(response.body)) return response.body;
    const said = Buffer.isBuffer(response.body) ? response.body.toString('utf8', 0, 200) : '';
    throw new GatewayError(
      'upstream_failed',
      `${upstream.name} answered ${String(response.status)}: ${said}`,
    );
  } finally {
    upstream.unassign();
  }
}
