/** What a `/v1/messages` request must look like for us to read it; the rest is the upstream's to judge. */
import type { RequestFacts } from '../../core/request.ts';
import type { Route } from '../../core/route.ts';
import { booleanOr, checkMessages, requireModel } from '../request/fields.ts';
import { readJsonObject } from '../request/json-body.ts';

export function readAnthropicRequest(route: Route, body: Buffer): RequestFacts {
  if (route.body !== 'json') return { model: null, stream: false, json: null };
  const json = readJsonObject(body);
  const model = requireModel(json, 'model');
  const stream = booleanOr(json, 'stream', route.streamsByDefault);
  checkMessages(json, { required: true, parts: true });
  return { model, stream, json };
}
