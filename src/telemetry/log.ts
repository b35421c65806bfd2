/**
 * The log: one JSON line per request and per change of a breaker, an upstream or the configuration, by hand too, on stderr.
 *
 * Guarantees: no prompt and no answer text; credentials in logged headers are masked; what clients choose (model and
 * client names) is cut to a sane length. Below its level an event costs one comparison, and with level `silent` or
 * `fatal` nothing is subscribed at all. Lines are written behind the request, never awaited by it.
 */
import { destination, pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import type { GatewayEvent } from '../core/events.ts';
import type { EventBus } from '../runtime/event-bus.ts';
import { ModelLog } from './model-log.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** Where lines go; default stderr. */
  readonly destination?: DestinationStream;
}

export interface Log {
  /** For messages that are no event: start, stop, defects. */
  readonly logger: Logger;
  setLevel(level: LogLevel): void;
  /** Stops listening and writes out what is pending. */
  close(): void;
}

/** Fields whose values are masked wherever a logged object has them at these places. */
const SECRET_FIELDS = [
  'authorization',
  'apiKey',
  'token',
  'headers.authorization',
  'headers.cookie',
  'headers["proxy-authorization"]',
  'headers["x-api-key"]',
];

const MAX_FIELD_LENGTH = 200;
const STDERR = 2;
/** Some 50,000 lines, for a reader that stalls. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

type Finished = GatewayEvent & { type: 'request.finished' };

export interface LogDeps {
  readonly bus: Pick<EventBus, 'subscribe'>;
  /** Which of several processes writes; each line then says it. */
  readonly as?: string;
}

export function createLog(options: LogOptions, deps: LogDeps): Log {
  const stderr = options.destination === undefined ? openStderr() : null;
  const logger = pino(
    {
      level: options.level,
      base: deps.as === undefined ? null : { worker: deps.as },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS, censor: '[masked]' },
    },
    stderr ?? options.destination,
  );
  const models = new ModelLog();
  let unsubscribe: (() => void) | null = null;
  const listen = (): void => {
    if (logger.isLevelEnabled('error')) {
      unsubscribe ??= deps.bus.subscribe((event) => {
        if (event.type === 'model.reloaded' || event.type === 'model.serialised') models.write(logger, event);
        else logEvent(logger, event);
      });
    } else {
      unsubscribe?.();
      unsubscribe = null;
    }
  };
  listen();
  return {
    logger,
    setLevel: (level) => {
      logger.level = level;
      listen();
    },
    close: () => {
      unsubscribe?.();
      try {
        stderr?.flushSync();
      } catch {
        // Whoever read stderr is gone; the gateway has to stop all the same.
      }
    },
  };
}

/** Never makes the process wait or end: beyond the buffer, or with no reader left, lines are dropped. */
function openStderr(): ReturnType<typeof destination> {
  const stderr = destination({ dest: STDERR, sync: false, maxLength: MAX_BUFFERED_BYTES });
  stderr.on('error', () => undefined);
  return stderr;
}

function logEvent(logger: Logger, event: GatewayEvent): void {
  switch (event.type) {
    case 'request.finished':
      if (logger.isLevelEnabled('info')) logger.info(requestLine(event), 'request');
      break;
    case 'breaker.transitioned': {
      const { breaker, from, to, cause } = event;
      logger[to === 'open' ? 'warn' : 'info']({ breaker, from, to, cause }, 'breaker changed state');
      break;
    }
    case 'upstream.health-changed': {
      const { upstream, healthy, reason } = event;
      logger[healthy ? 'info' : 'warn'](
        { upstream, healthy, reason: cut(reason) },
        'upstream health changed',
      );
      break;
    }
    case 'operation.performed':
      logger.info({ action: event.action, target: cut(event.target) }, 'operation performed');
      break;
    case 'cache.store-changed':
    case 'cache.restored':
    case 'cache.purged':
      logStore(logger, event);
      break;
    case 'health.panic-changed': {
      const { active, healthy, total } = event;
      logger[active ? 'warn' : 'info'](
        { active, healthy, total },
        active ? 'too few upstreams are healthy: health is not asked' : 'enough upstreams are healthy again',
      );
      break;
    }
    case 'config.reloaded': {
      const { result, trigger, changed, needsRestart, problem } = event;
      if (result === 'rejected') {
        logger.error({ result, trigger, problem }, 'configuration refused, the former one stays in force');
      } else {
        const level = needsRestart.length > 0 ? 'warn' : 'info';
        logger[level]({ result, trigger, changed, needsRestart }, 'configuration reloaded');
      }
      break;
    }
    case 'worker.ended':
    case 'workers.changed':
      logWorkers(logger, event);
      break;
    case 'subscriber.failed':
      logger.error({ err: event.error }, 'an event subscriber failed');
      break;
    case 'upstream.retried':
      if (logger.isLevelEnabled('debug')) {
        logger.debug({ upstream: event.upstream, reason: event.reason }, 'retry');
      }
      break;
    default:
      // The rest is counted, not written: see the metric that each event feeds.
      break;
  }
}

function logWorkers(
  logger: Logger,
  event: GatewayEvent & { type: 'worker.ended' | 'workers.changed' },
): void {
  if (event.type === 'workers.changed') {
    logger.info({ ready: event.ready, wanted: event.wanted }, 'worker processes changed');
    return;
  }
  const { worker, reason, detail } = event;
  const wanted = reason === 'stopped' || reason === 'replaced';
  logger[wanted ? 'info' : 'error']({ worker, reason, detail }, 'worker process ended');
}

type StoreEvent = GatewayEvent & { type: 'cache.store-changed' | 'cache.restored' | 'cache.purged' };

function logStore(logger: Logger, event: StoreEvent): void {
  if (event.type === 'cache.store-changed') {
    const { store, state, reason } = event;
    const level = state === 'degraded' ? 'warn' : 'info';
    logger[level]({ store, state, reason: cut(reason) }, 'cache store changed');
  } else if (event.type === 'cache.restored') {
    const { entries, corrupt, durationMs } = event;
    const level = corrupt > 0 ? 'warn' : 'info';
    logger[level]({ entries, corrupt, durationMs: roundMs(durationMs) }, 'cache entries restored');
  } else logger.info({ entries: event.entries, by: event.by }, 'cache purged');
}

function requestLine(event: Finished): Record<string, unknown> {
  return {
    id: event.id,
    endpoint: event.endpoint,
    model: cut(event.model),
    client: cut(event.client),
    status: event.status,
    outcome: event.outcome,
    durationMs: roundMs(event.durationMs),
    ttftMs: roundMs(event.ttftMs),
    queuedMs: roundMs(event.queuedMs),
    streamed: event.streamed,
    cache: event.cache,
    served: event.served,
    upstream: event.upstream,
    attempts: event.attempts,
    promptTokens: event.usage?.promptTokens ?? null,
    completionTokens: event.usage?.completionTokens ?? null,
    error: event.errorCode,
  };
}

function cut(text: string | null): string | null {
  return text === null || text.length <= MAX_FIELD_LENGTH ? text : `${text.slice(0, MAX_FIELD_LENGTH)}…`;
}

/** Microseconds are enough. */
function roundMs(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1_000) / 1_000;
}
