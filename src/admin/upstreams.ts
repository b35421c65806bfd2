/**
 * Upstreams by hand: `GET /admin/upstreams/{name}`, `POST /admin/upstreams/{name}/{drain|resume}`, and the same for all
 * of them at once with `POST /admin/{drain|resume}`.
 *
 * Guarantees: a drained upstream gets nothing new, those in its line go to another or are refused, and what runs
 * there goes on for `deadlineMs` (the body's; `null` for no limit; `drainMs` of the configuration unless given) and is
 * then ended with an error. The answer comes at once and shows how much still runs; nothing is over until `resume`.
 */
import { GatewayError } from '../core/errors.ts';
import { isJsonObject, type JsonValue } from '../core/json.ts';
import type { UpstreamSnapshot } from '../core/state.ts';
import { jsonReply, type OperationCall, type OperationRoute } from '../http/operation-route.ts';

/** What holds the upstreams. */
export interface UpstreamDesk {
  snapshots(): readonly UpstreamSnapshot[];
  /** One of them, or all and the door with them when `name` is null. `deadlineMs` null: for as long as it takes. */
  drain(name: string | null, deadlineMs: number | null): void | Promise<void>;
  resume(name: string | null): void | Promise<void>;
  /** The deadline of a drain that names none. */
  readonly drainMs: number;
}

const BODY_BYTES = 1_024;

export function upstreamRoutes(desk: UpstreamDesk): readonly OperationRoute[] {
  const one = (name: string): JsonValue => upstreamJson(find(desk, name));
  const all = (): JsonValue => desk.snapshots().map(upstreamJson);
  return [
    {
      method: 'GET',
      path: '/admin/upstreams/{name}',
      handle: ({ params }) => jsonReply(one(params['name'] ?? '')),
    },
    {
      method: 'POST',
      path: '/admin/upstreams/{name}/drain',
      action: 'upstream.drain',
      bodyBytes: BODY_BYTES,
      handle: async (call) => {
        const { name } = find(desk, call.params['name'] ?? '');
        await desk.drain(name, deadlineOf(call, desk));
        return jsonReply(one(name));
      },
    },
    {
      method: 'POST',
      path: '/admin/upstreams/{name}/resume',
      action: 'upstream.resume',
      handle: async ({ params }) => {
        const { name } = find(desk, params['name'] ?? '');
        await desk.resume(name);
        return jsonReply(one(name));
      },
    },
    {
      method: 'POST',
      path: '/admin/drain',
      action: 'gateway.drain',
      bodyBytes: BODY_BYTES,
      handle: async (call) => {
        await desk.drain(null, deadlineOf(call, desk));
        return jsonReply(all());
      },
    },
    {
      method: 'POST',
      path: '/admin/resume',
      action: 'gateway.resume',
      handle: async () => {
        await desk.resume(null);
        return jsonReply(all());
      },
    },
  ];
}

/** An upstream as `/admin/upstreams` and `/health` show it. */
export function upstreamJson(upstream: UpstreamSnapshot): JsonValue {
  return {
    ...upstream,
    models: [...upstream.models],
    resident: [...upstream.resident],
    probedAt: upstream.probedAt === null ? null : new Date(upstream.probedAt).toISOString(),
  };
}

function find(desk: UpstreamDesk, name: string): UpstreamSnapshot {
  const all = desk.snapshots();
  const upstream = all.find((one) => one.name === name);
  if (upstream !== undefined) return upstream;
  const names = all.map((one) => one.name).join(', ');
  throw new GatewayError('unknown_name', `there is no upstream ${JSON.stringify(name)}; there are: ${names}`);
}

function deadlineOf({ json }: OperationCall, desk: UpstreamDesk): number | null {
  if (json === null) return desk.drainMs;
  if (!isJsonObject(json)) throw new GatewayError('invalid_field', 'the body is not an object');
  const unknown = Object.keys(json).find((key) => key !== 'deadlineMs');
  if (unknown !== undefined)
    throw new GatewayError('invalid_field', `${unknown}: unknown; the body takes deadlineMs alone`);
  const value = json['deadlineMs'];
  if (value === undefined) return desk.drainMs;
  if (value === null) return null;
  if (typeof value === 'number' && value >= 0) return value;
  throw new GatewayError(
    'invalid_field',
    `deadlineMs: ${JSON.stringify(value)} is not valid, expected milliseconds of at least 0, or null for no limit`,
  );
}
