/**
 * What one configuration makes of the parts: the way of a request. It holds nothing that outlives it, so a
 * reload builds a new one beside it and points new requests there; those under way end in the one
 * they began in.
 */
import { createPriorities } from '../admission/priority.ts';
import { MANAGEMENT_CALLS, type Config } from '../config/config.ts';
import { dialects } from '../dialect/dialects.ts';
import { KnownBodies } from '../dialect/known-bodies.ts';
import { createHandle } from '../handle.ts';
import { createFetch, type Fetch } from '../http/fetch.ts';
import type { HandleRequest } from '../http/inbound.ts';
import { createPipeline } from '../pipeline.ts';
import { withModelLists } from '../pool/model-lists.ts';
import { createFallbackStage } from '../routing/fallback-stage.ts';
import { createModelTable } from '../routing/model-table.ts';
import { createSingleFlightStage } from '../resilience/single-flight.ts';
import { requestIds } from '../runtime/ids.ts';
import type { AttemptStages } from './attempt-stages.ts';
import type { Parts } from './parts.ts';

export interface DataPlane {
  readonly handle: HandleRequest;
  readonly fetch: Fetch;
}

/** `attempts` are handed in because their budget and times are remembered from one configuration to the next. */
export function createDataPlane(config: Config, parts: Parts, attempts: AttemptStages): DataPlane {
  const { clock, bus, upstreams, cache, log } = parts;
  const { emit } = bus;
  const models = createModelTable(config.models);
  const handle = createHandle({
    dialects,
    pipeline: createPipeline({
      cache: cache.stage,
      singleFlight: createSingleFlightStage(config.coalesce, { clock, emit }),
      fallback: createFallbackStage({ models, emit }),
      ...attempts,
      pool: withModelLists({ upstreams, aliases: models.aliases, clock, emit }),
    }),
    knownBodies: config.cache.mode === 'off' ? null : new KnownBodies(),
    models,
    emit,
    clock,
    newId: requestIds(),
    instance: parts.instance,
    allowManagement: managementTemplates(config),
    priorityOf: createPriorities(config.admission.priority),
    closedBecause: () =>
      parts.draining ? 'is shutting down' : parts.closedByHand ? 'is drained by hand' : null,
    onDefect: (id, error) => {
      log.logger.error({ requestId: id, err: error }, 'defect: a request failed inside Llamascope');
    },
  });
  return { handle, fetch: createFetch({ handle, dialects, emit, bodyBytes: config.limits.bodyBytes }) };
}

/** The route templates behind the names of `allowManagement`. */
function managementTemplates({ allowManagement }: Config): ReadonlySet<string> {
  const calls =
    allowManagement === true ? MANAGEMENT_CALLS : allowManagement === false ? [] : allowManagement;
  return new Set(calls.map((call) => (call === 'blobs' ? '/api/blobs/:digest' : `/api/${call}`)));
}
