/** What the processes of one gateway say to each other. Everything here can be cloned from one into the other. */
import type { BreakerAction } from '../admin/breakers.ts';
import type { PeerBatch } from '../cache/store/peers/batch.ts';
import type { Config } from '../config/config.ts';
import type { GatewayEvent, ReloadTrigger } from '../core/events.ts';
import type {
  BreakerSnapshot,
  CacheSnapshot,
  PoolSnapshot,
  QueueSnapshot,
  UpstreamSnapshot,
} from '../core/state.ts';
import type { ReloadReport } from '../gateway/reload.ts';
import type { MetricDeltas } from '../telemetry/deltas.ts';

export interface WorkerState {
  readonly breakers: readonly BreakerSnapshot[];
  readonly pools: readonly PoolSnapshot[];
  readonly queues: readonly QueueSnapshot[];
  readonly upstreams: readonly UpstreamSnapshot[];
  readonly cache: CacheSnapshot;
}

/** As `ProcessSource` of the telemetry has them. */
export interface ProcessFigures {
  readonly cpu: { readonly user: number; readonly system: number };
  readonly memory: {
    readonly rss: number;
    readonly heapUsed: number;
    readonly heapTotal: number;
    readonly external: number;
  };
  readonly heapLimit: number;
  readonly eventLoop: { readonly active: number; readonly idle: number };
  readonly resources: readonly string[];
}

/** An event that the primary hears of, and what it needs to know besides. */
export interface ToldEvent {
  readonly event: GatewayEvent;
  /** Breakers that opened: for how long. */
  readonly openMs?: number | null;
  /** It was told to do so. */
  readonly followed?: boolean;
  /** The words of a question and of the one it was taken for, where they may be shown. */
  readonly texts?: { readonly asked: string; readonly stored: string } | null;
}

/** How a worker is, and what it has counted since its last report. */
export interface WorkerReport {
  readonly state: WorkerState;
  readonly process: ProcessFigures;
  readonly metrics: MetricDeltas;
  /** Open ones, of clients. */
  readonly connections: number;
  /** Requests under way, by endpoint. */
  readonly inFlight: readonly (readonly [string, number])[];
  readonly events: readonly ToldEvent[];
  readonly embedderProblem: string | null;
}

/** What was set by hand, for one that starts later. */
export interface ByHandState {
  readonly closed: boolean;
  readonly drained: readonly string[];
  readonly breakers: readonly (readonly [name: string, action: BreakerAction])[];
}

export interface StartOrder {
  readonly name: string;
  readonly instance: string;
  readonly config: Config;
  readonly workers: number;
  /** Where the primary answers the operations plane for those who come in by the common door; null when it has an address of its own. */
  readonly operationsAt: string | null;
  /** First segments of the paths that belong to it. */
  readonly operationsRoots: readonly string[];
  readonly byHand: ByHandState;
}

export interface CloseOrder {
  /** What runs may go on for so long. */
  readonly deadlineMs: number;
  /** Connections that ask nothing stay open for so long, so that no request meets a closing one. */
  readonly lingerMs: number;
}

/** From the primary. */
export interface ToWorker {
  readonly start: readonly [StartOrder, null];
  readonly collect: readonly [null, WorkerReport];
  readonly reload: readonly [{ readonly config: Config; readonly trigger: ReloadTrigger }, ReloadReport];
  /** False: there is no such breaker. */
  readonly breaker: readonly [{ readonly name: string; readonly action: BreakerAction }, boolean];
  readonly drain: readonly [{ readonly name: string | null; readonly deadlineMs: number | null }, null];
  readonly resume: readonly [{ readonly name: string | null }, null];
  readonly feedback: readonly [
    { readonly id: string; readonly right: boolean },
    /** A hit of the entry is remembered there; the entry was there and is not any more. */
    { readonly labelled: boolean; readonly removed: boolean },
  ];
  readonly close: readonly [CloseOrder, WorkerReport];
  /** A socket comes with it; the number is what it is called until it is taken. */
  readonly connection: readonly [number, null];
  readonly granted: readonly [{ readonly holder: number; readonly count: number }, null];
  readonly recalled: readonly [
    { readonly holder: number; readonly count: number; readonly spare: boolean },
    null,
  ];
  readonly follow: readonly [{ readonly breaker: string; readonly openMs: number | null }, null];
  readonly entries: readonly [PeerBatch, null];
  readonly entriesLoaded: readonly [null, null];
}

export type LeaseMessage =
  | { readonly act: 'open'; readonly holder: number; readonly name: string; readonly limit: number }
  | { readonly act: 'want' | 'giveBack' | 'resize'; readonly holder: number; readonly count: number }
  | { readonly act: 'close'; readonly holder: number };

/** From a worker. */
export interface ToPrimary {
  readonly report: readonly [WorkerReport, null];
  readonly lease: readonly [LeaseMessage, null];
  readonly entries: readonly [PeerBatch, null];
  readonly taken: readonly [number, null];
  readonly loadEntries: readonly [null, null];
}
