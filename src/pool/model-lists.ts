/**
 * The lists of models (`/api/tags`, `/v1/models`, `/api/ps`) when there is more than one upstream, or an alias: what
 * the client can ask for here, not what one of the servers happens to have. Every upstream that can answer is asked, at
 * once and each through its own breaker; who fails or is late is left out. A model on several upstreams stands in the
 * list once, as the first of them describes it, and an alias as its model under another name. `/api/ps` shows each
 * loaded copy: each takes memory. With one upstream and no alias its own bytes are passed on.
 */
import type { Emit } from '../core/events.ts';
import { GatewayError } from '../core/errors.ts';
import { modelId } from '../core/ids.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { openExchange, type Exchange, type GatewayResponse, type Handler } from '../core/request.ts';
import type { Alias } from '../routing/model-table.ts';
import { withTag } from '../routing/model-pattern.ts';
import { CancelSource } from '../runtime/cancel.ts';
import type { Clock } from '../runtime/clock.ts';
import { passGate } from './gate.ts';
import type { Upstreams } from './registry.ts';
import { suitable } from './select.ts';
import type { Upstream } from './upstream.ts';

export interface ModelListDeps {
  readonly upstreams: Pick<Upstreams, 'handle' | 'roster'>;
  readonly aliases: readonly Alias[];
  readonly clock: Clock;
  readonly emit: Emit;
}

interface ListForm {
  /** Where the list is, and what an entry is called by. */
  readonly list: string;
  readonly names: readonly string[];
  /** Each name once, and aliases beside it. */
  readonly catalogue: boolean;
}

const FORMS: Readonly<Record<string, ListForm>> = {
  '/api/tags': { list: 'models', names: ['name', 'model'], catalogue: true },
  '/api/ps': { list: 'models', names: ['name', 'model'], catalogue: false },
  '/v1/models': { list: 'data', names: ['id'], catalogue: true },
};

/** A list is waited for no longer than people wait: what one server does not say in time is left out. */
const LATE_MS = 3_000;

/** Answers the three lists; everything else is the pool's. */
export function withModelLists(deps: ModelListDeps): Handler {
  return (exchange) => {
    const { route, method } = exchange.request;
    const form = method === 'GET' ? FORMS[route.template] : undefined;
    if (form === undefined) return deps.upstreams.handle(exchange);
    const asked = suitable(deps.upstreams.roster.serving, exchange);
    if (asked.length === 0 || (asked.length === 1 && deps.aliases.length === 0 && !isFiltered(asked[0])))
      return deps.upstreams.handle(exchange);
    return gather(exchange, asked, form, deps);
  };
}

function isFiltered(upstream: Upstream | undefined): boolean {
  const models = upstream?.options.models;
  return models !== undefined && models !== null;
}

async function gather(
  exchange: Exchange,
  asked: readonly Upstream[],
  form: ListForm,
  deps: ModelListDeps,
): Promise<GatewayResponse> {
  const from = deps.clock.now();
  const late = new CancelSource();
  const timer = deps.clock.setTimer(LATE_MS, () => {
    late.cancel(new GatewayError('upstream_timeout', `no list within ${String(LATE_MS)} ms`));
  });
  const unsubscribe = exchange.cancel.onCancel((reason) => {
    late.cancel(reason);
  });
  const answers = await Promise.allSettled(asked.map((upstream) => ask(upstream, exchange, late, deps)));
  timer.cancel();
  unsubscribe();
  exchange.waitedMs += deps.clock.now() - from;
  exchange.firstContentAt = deps.clock.now();
  if (exchange.cancel.reason !== null) throw exchange.cancel.reason;
  const lists = answers.flatMap((answer, index) => {
    const entries = answer.status === 'fulfilled' ? entriesOf(answer.value, form) : null;
    return entries === null ? [] : [keptTo(asked[index] as Upstream, entries, form)];
  });
  if (lists.length > 0) return written(lists.flat(), form, deps.aliases);
  const [first] = answers;
  if (first?.status === 'fulfilled') return first.value;
  throw first?.reason;
}

/** One read of one upstream. Rejects where its breaker refuses: others may have a list. */
async function ask(
  upstream: Upstream,
  exchange: Exchange,
  cancel: CancelSource,
  deps: ModelListDeps,
): Promise<GatewayResponse> {
  const one = openExchange(exchange.request, exchange.dialect, cancel);
  const leave = upstream.breakers.enter(one);
  if (leave === null)
    throw new GatewayError(
      'breaker_open',
      `upstream ${upstream.name} is failing and its circuit breaker is open`,
    );
  upstream.assign();
  try {
    return await passGate(upstream, one, null, leave, deps);
  } finally {
    exchange.attempts += one.attempts;
  }
}

function entriesOf({ status, body }: GatewayResponse, { list }: ListForm): readonly JsonObject[] | null {
  if (status !== 200 || !Buffer.isBuffer(body)) return null;
  try {
    const json: unknown = JSON.parse(body.toString('utf8'));
    const entries = isJsonObject(json) ? json[list] : null;
    // Ollama before 0.2 and some Go servers write an empty list as null.
    return Array.isArray(entries) ? entries.filter(isJsonObject) : entries === null ? [] : null;
  } catch {
    return null;
  }
}

function nameOf(entry: JsonObject, { names }: ListForm): string | null {
  for (const key of names) {
    const name = entry[key];
    if (typeof name === 'string' && name !== '') return name;
  }
  return null;
}

function keptTo(upstream: Upstream, entries: readonly JsonObject[], form: ListForm): readonly JsonObject[] {
  return entries.filter((entry) => {
    const name = nameOf(entry, form);
    return name !== null && upstream.mayServe(modelId(name));
  });
}

function written(entries: readonly JsonObject[], form: ListForm, aliases: readonly Alias[]): GatewayResponse {
  const listed = form.catalogue ? withAliases(entries, form, aliases) : entries;
  const list = { ...(form.list === 'data' ? { object: 'list' } : {}), [form.list]: listed };
  const body = Buffer.from(JSON.stringify(list));
  const headers = ['content-type', 'application/json; charset=utf-8', 'content-length', String(body.length)];
  return { status: 200, headers, body, outcome: 'success', streaming: false };
}

function withAliases(
  entries: readonly JsonObject[],
  form: ListForm,
  aliases: readonly Alias[],
): readonly JsonObject[] {
  const byName = new Map<string, JsonObject>();
  for (const entry of entries) {
    const name = withTag(nameOf(entry, form) ?? '');
    if (!byName.has(name)) byName.set(name, entry);
  }
  const listed = [...byName.values()];
  for (const { alias, model } of aliases) {
    const entry = byName.get(withTag(model));
    if (entry === undefined || byName.has(withTag(alias))) continue;
    const named = Object.fromEntries(form.names.filter((key) => key in entry).map((key) => [key, alias]));
    listed.push({ ...entry, ...named });
  }
  return listed;
}
