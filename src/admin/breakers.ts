/**
 * Breakers by hand: `GET /admin/breakers/{name}` and `POST /admin/breakers/{name}/{isolate|reset|disable|observe}`.
 *
 * Guarantees: an answer shows the breaker as it is after the action, in the form that `/admin/breakers` lists it;
 * repeating an action changes nothing more. Refuses a name that no breaker has, and says which there are. A name
 * such as `upstream/model` comes percent-encoded (`upstream%2Fmodel`).
 */
import { GatewayError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import type { BreakerSnapshot } from '../core/state.ts';
import { jsonReply, type OperationRoute } from '../http/operation-route.ts';
import type { CircuitBreaker } from '../resilience/breaker/breaker.ts';

export const BREAKER_ACTIONS = ['isolate', 'reset', 'disable', 'observe'] as const;
export type BreakerAction = (typeof BREAKER_ACTIONS)[number];

/** What holds the breakers. */
export interface BreakerDesk {
  breakers(): readonly BreakerSnapshot[];
  /** False when there is no such breaker. */
  setBreaker(name: string, action: BreakerAction): boolean | Promise<boolean>;
}

export function breakerRoutes(desk: BreakerDesk): readonly OperationRoute[] {
  return [
    {
      method: 'GET',
      path: '/admin/breakers/{name}',
      handle: ({ params }) => jsonReply(breakerJson(find(desk, params['name'] ?? ''))),
    },
    ...BREAKER_ACTIONS.map((action): OperationRoute => ({
      method: 'POST',
      path: `/admin/breakers/{name}/${action}`,
      action: `breaker.${action}`,
      handle: async ({ params }) => {
        const name = params['name'] ?? '';
        await desk.setBreaker(name, action);
        return jsonReply(breakerJson(find(desk, name)));
      },
    })),
  ];
}

/** Does it to that breaker. */
export function act(breaker: CircuitBreaker, action: BreakerAction): void {
  if (action === 'isolate') breaker.isolate();
  else if (action === 'reset') breaker.reset();
  else if (action === 'disable') breaker.disable();
  else breaker.observeOnly();
}

/** A breaker as `/admin/breakers` and `/health` show it. */
export function breakerJson(breaker: BreakerSnapshot): JsonValue {
  return { ...breaker, lastStateChangeAt: new Date(breaker.lastStateChangeAt).toISOString() };
}

function find(desk: BreakerDesk, name: string): BreakerSnapshot {
  const all = desk.breakers();
  const breaker = all.find((one) => one.name === name);
  if (breaker !== undefined) return breaker;
  const names = all.map((one) => one.name);
  const shown = names.slice(0, 20).join(', ');
  const more = names.length > 20 ? ` and ${String(names.length - 20)} more` : '';
  throw new GatewayError(
    'unknown_name',
    `there is no breaker ${JSON.stringify(name)}; there are: ${shown}${more}`,
  );
}
