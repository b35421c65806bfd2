import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from '../config/config.ts';
import { readListenAddress } from '../config/listen-address.ts';
import type { Emit } from '../core/events.ts';
import { dialects } from '../dialect/dialects.ts';
import { createListener, type Listener } from '../http/listener.ts';
import type { Operations } from '../http/operations.ts';
import type { Clock } from '../runtime/clock.ts';

/** Where the primary answers the operations plane: at `admin.listen`, or for the workers alone, who pass requests on. */
export interface Doors {
  /** The socket that the workers ask; null when the plane has an address of its own. */
  readonly at: string | null;
  /** Answers the address for people, null when it is that of the workers. Rejects with Node's error. */
  open(): Promise<string | null>;
  configure(config: Config): void;
  close(deadlineMs: number): Promise<void>;
}

export interface DoorParts {
  readonly operations: Operations;
  readonly emit: Emit;
  readonly clock: Clock;
}

export function createDoors({ limits, admin }: Config, parts: DoorParts): Doors {
  const listener: Listener = createListener({ limits, dialects, handle: null, ...parts });
  const address = admin.listen === null ? null : readListenAddress(admin.listen);
  // A folder that nobody else may enter: whoever can write to the socket is not asked where it comes from.
  const folder =
    address === null && process.platform !== 'win32' ? mkdtempSync(path.join(tmpdir(), 'llamascope-')) : null;
  const at = address !== null ? null : folder === null ? pipeName() : path.join(folder, 'operations');
  return {
    at,
    open: async () => {
      if (address !== null) return (await listener.listen(address)).url;
      if (at !== null) await listener.listen({ path: at });
      return null;
    },
    configure: (config) => {
      listener.configure(config.limits);
    },
    close: async (deadlineMs) => {
      await listener.close(deadlineMs);
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function pipeName(): string {
  return `\\\\.\\pipe\\llamascope-${randomBytes(8).toString('hex')}`;
}
