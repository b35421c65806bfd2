import type { JsonValue } from '../core/json.ts';
import { jsonReply, type OperationRoute } from '../http/operation-route.ts';
import { VIEWS } from '../observability/panels/views.ts';
import { describeViews } from './describe.ts';
import type { ViewsReply } from './protocol-replies.ts';

/** `/dashboard/api/…`. All of it needs the token where one is set. */
export function liveRoutes(prefix: string): readonly OperationRoute[] {
  const views: ViewsReply = { views: describeViews(VIEWS, prefix) };
  return [
    {
      method: 'GET',
      path: '/dashboard/api/views',
      handle: () => jsonReply(views as unknown as JsonValue),
    },
  ];
}
