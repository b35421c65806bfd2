import type { Route } from '../../../core/route.ts';

/** Of OpenAI's two conversations, the one with items and events instead of messages and chunks. */
export function isResponses(route: Route): boolean {
  return route.template === '/v1/responses';
}
