import type { Config } from '../config/config.ts';
import { readListenAddress } from '../config/listen-address.ts';
import type { Emit } from '../core/events.ts';
import { dialects } from '../dialect/dialects.ts';
import type { HandleRequest } from '../http/inbound.ts';
import { createListener, type Listener } from '../http/listener.ts';
import type { Operations } from '../http/operations.ts';
import type { Clock } from '../runtime/clock.ts';

export interface Listeners {
  readonly all: readonly Listener[];
  /** The one that clients come in by. */
  readonly data: Listener;
  configure(config: Config): void;
  listen(address: string, adminAddress: string | null): Promise<{ url: string; adminUrl: string }>;
}

export interface ListenerParts {
  readonly handle: HandleRequest;
  readonly operations: Operations;
  readonly emit: Emit;
  readonly clock: Clock;
}

/** One listener for both planes, or one each when `admin.listen` is set. */
export function createListeners(config: Config, parts: ListenerParts): Listeners {
  const common = { limits: config.limits, dialects, emit: parts.emit, clock: parts.clock };
  const apart = config.admin.listen !== null;
  const data = createListener({
    ...common,
    handle: parts.handle,
    operations: apart ? null : parts.operations,
  });
  const admin = apart ? createListener({ ...common, handle: null, operations: parts.operations }) : null;
  const all = admin === null ? [data] : [data, admin];
  return {
    all,
    data,
    configure: ({ limits }) => {
      for (const listener of all) listener.configure(limits);
    },
    async listen(address, adminAddress): Promise<{ url: string; adminUrl: string }> {
      const { url } = await data.listen(readListenAddress(address));
      if (admin === null || adminAddress === null) return { url, adminUrl: url };
      try {
        return { url, adminUrl: (await admin.listen(readListenAddress(adminAddress))).url };
      } catch (error) {
        await data.close(0);
        throw error;
      }
    },
  };
}
