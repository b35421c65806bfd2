import type { Emit, GatewayEvent } from '../core/events.ts';

export interface EventBus {
  /** Delivers synchronously. Never throws: what a subscriber does cannot reach a request. */
  readonly emit: Emit;
  /** Adds a subscriber; the returned function removes it. */
  subscribe(subscriber: (event: GatewayEvent) => void): () => void;
  /** Exceptions caught from subscribers so far. */
  readonly failures: number;
}

export function createEventBus(): EventBus {
  let subscribers: readonly ((event: GatewayEvent) => void)[] = [];
  let failures = 0;

  function deliver(event: GatewayEvent): void {
    for (const subscriber of subscribers) {
      try {
        subscriber(event);
      } catch (error) {
        failures += 1;
        // One level only: a subscriber that fails on this very event is not told again.
        if (event.type !== 'subscriber.failed') {
          deliver({
            type: 'subscriber.failed',
            error: error instanceof Error ? error : new Error(String(error)),
          });
        }
      }
    }
  }

  return {
    emit: deliver,
    subscribe(subscriber: (event: GatewayEvent) => void): () => void {
      subscribers = [...subscribers, subscriber];
      return () => {
        subscribers = subscribers.filter((other) => other !== subscriber);
      };
    },
    get failures(): number {
      return failures;
    },
  };
}
