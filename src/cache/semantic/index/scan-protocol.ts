/** What the gateway's thread and the one that searches large scopes say to each other. */
import type { ScanShape } from './scan-memory.ts';

export type ScanRequest =
  | { readonly kind: 'open'; readonly key: number; readonly shape: ScanShape }
  | { readonly kind: 'close'; readonly key: number }
  | {
      readonly kind: 'scan';
      readonly id: number;
      readonly key: number;
      /** As wide as a row. */
      readonly query: Int16Array;
      readonly size: number;
      readonly limit: number;
    };

export interface ScanReply {
  readonly id: number;
  /** Nearest first; null where this thread cannot search. */
  readonly positions: Uint32Array | null;
}
