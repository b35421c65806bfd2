import { GatewayError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { CircuitBreaker } from '../resilience/breaker/breaker.ts';
import type { BreakerPermit } from '../resilience/breaker/permit.ts';
import { settleByOutcome } from '../resilience/outcomes.ts';
import { neverCancelled } from '../runtime/cancel.ts';
import type { Clock } from '../runtime/clock.ts';
import type { AttemptEnd, AttemptListener } from '../upstream/attempt-types.ts';
import type { Upstream } from './upstream.ts';

/** How long the cache's embedder waits for an upstream; the model may have to be loaded first. */
const EMBED_TIMEOUT_MS = 30_000;

export interface EmbeddingCallDeps {
  readonly clock: Clock;
  readonly emit: Emit;
}

/**
 * A call of the gateway's own for vectors: over the same connections and counted among them, but judged by a breaker
 * of its own, so that a broken embedding model does not stop the chats of its upstream, nor they it.
 * Resolves with the body of a 200 answer; rejects with a GatewayError otherwise. A dead kept-alive connection
 * costs one more go, as for clients.
 */
export async function callEmbedding(
  upstream: Upstream,
  breaker: CircuitBreaker,
  body: Buffer,
  deps: EmbeddingCallDeps,
): Promise<Buffer> {
  upstream.assign();
  try {
    const first = new EmbeddingAttempt(upstream, admission(breaker), deps);
    try {
      return await first.send(body);
    } catch (error) {
      if (!first.stale) throw error;
      upstream.transport.closeIdle();
      return await new EmbeddingAttempt(upstream, admission(breaker), deps).send(body);
    }
  } finally {
    upstream.unassign();
  }
}

function admission(breaker: CircuitBreaker): BreakerPermit {
  const answer = breaker.tryAcquire();
  if (answer.admitted) return answer;
  breaker.recordRejection();
  throw new GatewayError('breaker_open', `the circuit breaker ${breaker.name} is open`, {
    retryAfterMs: answer.retryAfterMs,
  });
}

class EmbeddingAttempt implements AttemptListener {
  readonly #upstream: Upstream;
  readonly #leave: BreakerPermit;
  readonly #deps: EmbeddingCallDeps;
  readonly #startedAt: number;
  stale = false;

  constructor(upstream: Upstream, leave: BreakerPermit, deps: EmbeddingCallDeps) {
    this.#upstream = upstream;
    this.#leave = leave;
    this.#deps = deps;
    this.#startedAt = deps.clock.now();
  }

  async send(body: Buffer): Promise<Buffer> {
    const { name, options, transport } = this.#upstream;
    const response = await transport.send(
      {
        method: 'POST',
        target: options.kind === 'ollama' ? '/api/embed' : '/v1/embeddings',
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
        cancel: neverCancelled,
      },
      this,
    );
    const answer = response.body;
    if (answer !== null && !Buffer.isBuffer(answer)) {
      const why = `upstream ${name} answered with more than any number of vectors takes`;
      const error = new GatewayError('upstream_malformed', why);
      answer.cancel(error);
      throw error;
    }
    if (response.status === 200 && answer !== null) return answer;
    const said = answer === null ? '' : `: ${answer.toString('utf8', 0, 200)}`;
    throw new GatewayError('upstream_failed', `upstream ${name} answered ${String(response.status)}${said}`);
  }

  firstContent(): void {
    // Only its end matters here.
  }

  attemptEnded(end: AttemptEnd): void {
    this.stale = end.stale;
    if (end.stale) this.#leave.ignore('stale_connection');
    else if (end.outcome === 'aborted') this.#leave.ignore(end.sent ? 'client_aborted' : 'not_sent');
    else
      settleByOutcome(
        this.#leave,
        end.outcome,
        end.retryAfterMs === null ? {} : { retryAfterMs: end.retryAfterMs },
      );
    this.#deps.emit({
      type: 'upstream.attempted',
      upstream: this.#upstream.name,
      outcome: end.outcome,
      durationMs: this.#deps.clock.now() - this.#startedAt,
    });
  }
}
