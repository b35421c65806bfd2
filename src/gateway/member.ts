import type { PermitLender } from '../admission/leased-share.ts';
import type { OpenStore } from '../cache/store/port.ts';
import type { EventBus } from '../runtime/event-bus.ts';

/** What a process has in common with others, where it is one of several workers of a gateway. */
export interface Member {
  /** As log lines name it. */
  readonly name: string;
  /** The name of the whole gateway, in `via`: none of its workers mistakes another for a foreign hop. */
  readonly instance: string;
  readonly lender: PermitLender;
  readonly openStore: OpenStore;
  /** The events that it logs itself; of the others, somebody logs what they come to for all. */
  toLog(bus: EventBus): Pick<EventBus, 'subscribe'>;
}
