/** What asked for a reload: SIGHUP, a change of the file, `POST /admin/reload`, or the program around the gateway. */
export type ReloadTrigger = 'signal' | 'file' | 'admin' | 'program';

export type SystemEvent =
  | {
      readonly type: 'config.reloaded';
      readonly result: 'applied' | 'rejected';
      readonly trigger: ReloadTrigger;
      readonly at: number;
      /** Keys whose values are other than before, and in force. */
      readonly changed: readonly string[];
      /** Keys whose new values wait for the next start. */
      readonly needsRestart: readonly string[];
      /** Why it was rejected; null when it was not. Never holds a secret. */
      readonly problem: string | null;
    }
  /** Somebody changed something through the operations plane, and it was done. Emitted by the plane, once per request. */
  | {
      readonly type: 'operation.performed';
      /** What was done, e.g. `breaker.isolate`: one name per changing route. */
      readonly action: string;
      /** To what, e.g. a breaker's name; null when the action has no object. */
      readonly target: string | null;
      readonly at: number;
    }
  /** A worker process has ended, and whether somebody wanted that. */
  | {
      readonly type: 'worker.ended';
      readonly worker: string;
      readonly reason: WorkerEnd;
      /** In words for a person: how it ended. */
      readonly detail: string;
    }
  /** So many worker processes take requests, of so many that should. */
  | { readonly type: 'workers.changed'; readonly ready: number; readonly wanted: number }
  | { readonly type: 'subscriber.failed'; readonly error: Error };

export const WORKER_ENDS = ['crashed', 'unresponsive', 'replaced', 'stopped'] as const;
/** `crashed` and `unresponsive` (it was killed): nobody wanted it. `replaced`: by a restart one after the other. */
export type WorkerEnd = (typeof WORKER_ENDS)[number];
