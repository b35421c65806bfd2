/**
 * Two connections: one for commands, which are answered within `timeoutMs` or fail, and one that waits for the log to
 * grow. The client reconnects both by itself. Nothing is queued while there is no connection: what cannot be
 * sent now fails now, and is sent from the outbox later.
 */
import type { Redis } from 'ioredis';

export interface RedisStoreOptions {
  /** `redis://` or, with TLS, `rediss://`, with user and password if there are any. */
  readonly url: string;
  /** Before every key, so that several gateways can use one Redis for different caches. */
  readonly prefix: string;
  readonly connectTimeoutMs: number;
  /** For the answer to a command. */
  readonly timeoutMs: number;
}

export interface RedisConnection {
  readonly commands: Redis;
  readonly follower: Redis;
  close(): void;
}

export interface ConnectionListener {
  ready(): void;
  lost(reason: string): void;
}

const LONGEST_PAUSE_MS = 2_000;
/** How long the follower waits for news before it asks again, which also shows that the other side lives. */
export const FOLLOW_MS = 1_000;

/** The client is loaded here and nowhere else: a gateway without Redis does not need it. */
export async function connectRedis(
  options: RedisStoreOptions,
  listener: ConnectionListener,
): Promise<RedisConnection> {
  const client = await import('ioredis').catch((error: unknown) => {
    throw new Error('the package ioredis is not installed: npm install ioredis', { cause: error });
  });
  const common = {
    connectTimeout: options.connectTimeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times: number): number => Math.min(LONGEST_PAUSE_MS, 50 * 2 ** Math.min(times, 6)),
    lazyConnect: true,
  };
  const commands = new client.Redis(options.url, { ...common, commandTimeout: options.timeoutMs });
  const follower = new client.Redis(options.url, {
    ...common,
    commandTimeout: options.timeoutMs + FOLLOW_MS,
  });
  let reason = 'the connection was closed';
  commands.on('ready', () => {
    listener.ready();
  });
  commands.on('error', (error: Error) => {
    reason = error.message;
    listener.lost(reason);
  });
  commands.on('close', () => {
    listener.lost(reason);
  });
  // It has the same server: what is wrong with it is said once.
  follower.on('error', () => undefined);
  await Promise.allSettled([commands.connect(), follower.connect()]);
  return {
    commands,
    follower,
    close: () => {
      commands.disconnect();
      follower.disconnect();
    },
  };
}

/** Redis has lost what it held since this replica got in step. */
export function isEpoch(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('EPOCH');
}

/** What the client says when there is nobody to send to. */
export function isConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'MaxRetriesPerRequestError' || /Connection is closed|isn't writeable/.test(error.message)
  );
}
