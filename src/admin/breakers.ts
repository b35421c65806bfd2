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

/** What holds the breakers. */
export interface BreakerDesk {
  breaker(name: string): CircuitBreaker | null;
  breakers(): readonly BreakerSnapshot[];
}

const ACTIONS: Readonly<Record<string, (breaker: CircuitBreaker) => void>> = {
  isolate: (breaker) => {
    breaker.isolate();
  },
  reset: (breaker) => {
    breaker.reset();
  },
  disable: (breaker) => {
    breaker.disable();
  },
  observe: (breaker) => {
    breaker.observeOnly();
  },
};

export function breakerRoutes(desk: BreakerDesk): readonly OperationRoute[] {
  return [
    {
      method: 'GET',
      path: '/admin/breakers/{name}',
      handle: ({ params }) => jsonReply(breakerJson(find(desk, params['name'] ?? '').snapshot())),
    },
    ...Object.entries(ACTIONS).map(([action, act]): OperationRoute => ({
      method: 'POST',
      path: `/admin/breakers/{name}/${action}`,
      action: `breaker.${action}`,
      handle: ({ params }) => {
        const breaker = find(desk, params['name'] ?? '');
        act(breaker);
        return jsonReply(breakerJson(breaker.snapshot()));
      },
    })),
  ];
}

/** A breaker as `/admin/breakers` and `/health` show it. */
export function breakerJson(breaker: BreakerSnapshot): JsonValue {
  return { ...breaker, lastStateChangeAt: new Date(breaker.lastStateChangeAt).toISOString() };
}

function find(desk: BreakerDesk, name: string): CircuitBreaker {
  const breaker = desk.breaker(name);
  if (breaker !== null) return breaker;
  const names = desk.breakers().map((one) => one.name);
  const shown = names.slice(0, 20).join(', ');
  const more = names.length > 20 ? ` and ${String(names.length - 20)} more` : '';
  throw new GatewayError(
    'unknown_name',
    `there is no breaker ${JSON.stringify(name)}; there are: ${shown}${more}`,
  );
}
