/** `POST /admin/reload`: reads the configuration anew and puts it in force, or says why not (422) and changes nothing. */
import type { JsonValue } from '../core/json.ts';
import { jsonReply, type OperationRoute } from '../http/operation-route.ts';

export interface ReloadDesk {
  /** Rejects with a GatewayError `config_refused` that lists every mistake. */
  reload(): Promise<JsonValue>;
}

export function reloadRoutes(desk: ReloadDesk): readonly OperationRoute[] {
  return [
    {
      method: 'POST',
      path: '/admin/reload',
      action: 'config.reload',
      handle: async () => jsonReply(await desk.reload()),
    },
  ];
}
