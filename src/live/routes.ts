import { GatewayError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import {
  jsonReply,
  type OperationCall,
  type OperationReply,
  type OperationRoute,
} from '../http/operation-route.ts';
import { VIEWS } from '../observability/panels/views.ts';
import { describeViews } from './describe.ts';
import { product } from './hello.ts';
import { answerHistory, historyCsv, readHistoryRequest } from './history.ts';
import type { LiveParts } from './live-parts.ts';
import type { EventsReply, SloReply, StateReply, ViewsReply } from './protocol-replies.ts';

/** `/dashboard/api/…`. All of it needs the token where one is set. */
export function liveRoutes(live: LiveParts): readonly OperationRoute[] {
  const views: ViewsReply = { views: describeViews(VIEWS, live.deps.prefix) };
  return [
    route('stream', (call) => stream(live, call)),
    route('history', (call) => history(live, call)),
    route('events', ({ query }) => compact(events(live, query))),
    route('slo', async () => compact(await live.slo.answer())),
    route('state', () => compact(state(live))),
    route('views', () => jsonReply(views as unknown as JsonValue)),
  ];
}

/** What there is when metrics are switched off: a sentence. */
export function silentRoutes(): readonly OperationRoute[] {
  return [
    {
      method: 'GET',
      path: '/dashboard/api/{what...}',
      handle: () => {
        throw new GatewayError(
          'metrics_disabled',
          'the live page shows metrics, and they are switched off (metrics.enabled: false or METRICS_ENABLED=false)',
        );
      },
    },
  ];
}

function route(name: string, handle: OperationRoute['handle']): OperationRoute {
  return { method: 'GET', path: `/dashboard/api/${name}`, handle };
}

/** Types of the protocol are plain data; only their `readonly` is not JSON's. */
function compact(value: EventsReply | StateReply | SloReply): OperationReply {
  return { ...jsonReply({}), body: JSON.stringify(value) };
}

function stream(live: LiveParts, { headers }: OperationCall): OperationReply {
  live.viewers.admit();
  const lastEventId = headers['last-event-id'];
  return {
    status: 200,
    contentType: 'text/event-stream; charset=utf-8',
    // A proxy that gathers what it passes on would hold the page back.
    headers: ['x-accel-buffering', 'no'],
    body: (open) => {
      live.viewers.join(open, lastEventId === undefined ? null : String(lastEventId), (resumed) => ({
        event: 'hello',
        data: live.hello(resumed),
      }));
    },
  };
}

async function history(live: LiveParts, { query }: OperationCall): Promise<OperationReply> {
  const { sampler, prometheus, deps } = live;
  const wallMs = deps.clock.wallMs();
  const format = query.get('format') ?? 'json';
  if (format !== 'json' && format !== 'csv') {
    throw new GatewayError(
      'invalid_field',
      `format ${JSON.stringify(format.slice(0, 100))}: expected json or csv`,
    );
  }
  const request = readHistoryRequest(query, wallMs);
  const answer = await answerHistory(request, {
    reader: sampler,
    end: () => sampler.rings.end,
    since: () => sampler.rings.since,
    prometheus,
    wallMs: () => wallMs,
  });
  if (format === 'json') return { ...jsonReply({}), body: JSON.stringify(answer) };
  return {
    status: 200,
    contentType: 'text/csv; charset=utf-8',
    body: historyCsv(answer),
    headers: ['content-disposition', `attachment; filename="llamascope-${request.panel.id}.csv"`],
  };
}

const MAX_EVENTS = 500;

function events({ log }: LiveParts, query: URLSearchParams): EventsReply {
  const before = wholeNumber(query, 'before', Number.MAX_SAFE_INTEGER);
  const limit = Math.min(wholeNumber(query, 'limit', 100), MAX_EVENTS);
  return log.page(before, limit);
}

function wholeNumber(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new GatewayError(
    'invalid_field',
    `${name} ${JSON.stringify(text.slice(0, 100))}: expected a whole number`,
  );
}

function state(live: LiveParts): StateReply {
  const { deps, sampler, values } = live;
  return {
    at: deps.clock.wallMs(),
    product: product(live),
    startedAt: deps.startedAt,
    state: live.state(),
    values: values.at(sampler.rings.end).values,
    series: values.series,
  };
}
