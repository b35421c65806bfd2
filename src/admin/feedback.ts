/**
 * What people think of a hit: `POST /admin/cache/entries/{id}/feedback` with `{"right": false}` (or no body: that is what
 * people say). The id is that of the hit's `x-llamascope-entry` header. A wrong answer leaves the cache, and the bounded
 * rule learns from it while the hit is remembered.
 */
import { GatewayError } from '../core/errors.ts';
import { isJsonObject, type JsonValue } from '../core/json.ts';
import { jsonReply, type OperationRoute } from '../http/operation-route.ts';

export interface FeedbackDesk {
  feedback(id: string, right: boolean): Promise<{ readonly labelled: boolean; readonly removed: boolean }>;
}

export function feedbackRoutes(desk: FeedbackDesk): readonly OperationRoute[] {
  return [
    {
      method: 'POST',
      path: '/admin/cache/entries/{id}/feedback',
      action: 'cache.feedback',
      bodyBytes: 1_024,
      handle: async ({ params, json }) => {
        const id = params['id'] ?? '';
        const right = readRight(json);
        const outcome = await desk.feedback(id, right);
        if (!outcome.labelled && !outcome.removed && !right)
          throw new GatewayError(
            'unknown_name',
            `there is no entry ${JSON.stringify(id)} in the cache, and no hit of it is remembered`,
          );
        return jsonReply({ id, right, labelled: outcome.labelled, removed: outcome.removed });
      },
    },
  ];
}

function readRight(json: JsonValue | null): boolean {
  if (json === null) return false;
  const right = isJsonObject(json) ? (json['right'] ?? false) : json;
  if (typeof right === 'boolean') return right;
  throw new GatewayError('invalid_field', `right: expected true or false, got ${JSON.stringify(right)}`);
}
