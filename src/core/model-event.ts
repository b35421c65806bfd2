import type { ModelId, UpstreamName } from './ids.ts';
import type { FallbackReason } from './outcome.ts';

/** What happens to a model as such, and not to one request alone. Part of `GatewayEvent`. */
export type ModelEvent =
  /** A request goes on with another model; once per model of its chain that is asked. */
  | {
      readonly type: 'model.fell-back';
      readonly from: ModelId;
      readonly to: ModelId;
      readonly reason: FallbackReason;
    }
  /** A model in memory was loaded again because the request wanted it with other options. Null: the server's own context length. */
  | {
      readonly type: 'model.reloaded';
      readonly upstream: UpstreamName;
      readonly model: ModelId;
      readonly at: number;
      readonly loadMs: number;
      readonly numCtx: number | null;
      readonly formerNumCtx: number | null;
    }
  /** The upstream seems to write fewer streams of the model at once than it is sent (`parallel`). Once per number. */
  | {
      readonly type: 'model.serialised';
      readonly upstream: UpstreamName;
      readonly model: ModelId;
      readonly atOnce: number;
      readonly parallel: number;
    };
