/**
 * The baseline by hand: `PUT /admin/baseline` keeps the figures of a window, `GET` shows the present against them, `DELETE`
 * forgets them. Every answer is `{"baseline": …}`, null while none is set.
 */
import { GatewayError } from '../core/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { jsonReply, type OperationReply, type OperationRoute } from '../http/operation-route.ts';

/** What holds it. */
export interface BaselineDesk {
  set(windowSeconds: number): Promise<JsonObject | null>;
  clear(): Promise<void>;
  report(): JsonObject | null;
}

const PATH = '/admin/baseline';
const DEFAULT_SECONDS = 3_600;
const SHORTEST_SECONDS = 10;
/** As far back as the history reaches. */
const LONGEST_SECONDS = 48 * 3_600;

/** `desk` is null where there is no history to take a baseline from. */
export function baselineRoutes(desk: BaselineDesk | null): readonly OperationRoute[] {
  return [
    { method: 'GET', path: PATH, handle: () => reply(there(desk).report()) },
    {
      method: 'PUT',
      path: PATH,
      bodyBytes: 1_024,
      action: 'baseline.set',
      handle: async ({ json }) => reply(await there(desk).set(readWindow(json))),
    },
    {
      method: 'DELETE',
      path: PATH,
      action: 'baseline.clear',
      handle: async () => {
        await there(desk).clear();
        return reply(null);
      },
    },
  ];
}

const reply = (baseline: JsonObject | null): OperationReply => jsonReply({ baseline });

function there(desk: BaselineDesk | null): BaselineDesk {
  if (desk !== null) return desk;
  throw new GatewayError(
    'metrics_disabled',
    'a baseline is taken from the history of the live page, and there is none (metrics.enabled or dashboard.enabled is false)',
  );
}

function readWindow(json: JsonValue | null): number {
  if (json === null) return DEFAULT_SECONDS;
  if (!isJsonObject(json)) bad('body', json, 'an object such as {"windowSeconds": 3600}');
  for (const [name, value] of Object.entries(json))
    if (name !== 'windowSeconds') bad(name, value ?? null, 'windowSeconds as the only field');
  const seconds = json['windowSeconds'] ?? DEFAULT_SECONDS;
  const known = typeof seconds === 'number' && Number.isInteger(seconds);
  if (!known || seconds < SHORTEST_SECONDS || seconds > LONGEST_SECONDS)
    bad('windowSeconds', seconds, `a whole number from ${SHORTEST_SECONDS} to ${LONGEST_SECONDS}`);
  return seconds;
}

function bad(name: string, value: JsonValue, expected: string): never {
  throw new GatewayError('invalid_field', `${name}: expected ${expected}, got ${JSON.stringify(value)}`);
}
