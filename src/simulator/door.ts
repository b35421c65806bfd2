import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../core/json.ts';
import { sleep } from '../runtime/clock.ts';
import { SimulatorError } from './error.ts';
import type { FaultEngine } from './faults/engine.ts';
import type { FaultRule } from './faults/plan.ts';
import { allowsHost, allowsOrigin } from './host-check.ts';
import { parseBody, readBody } from './json-body.ts';
import type { Recorder } from './recorder.ts';
import { Reply } from './reply.ts';
import { findRoute, type Found } from './routes.ts';
import type { Server } from './server.ts';

const DEFAULT_DELAY_MS = 1_000;
/** Longer ones are not remembered. */
const MAX_ID_LENGTH = 256;

/** What every request of the simulated API goes through: host check, route, body, fault, endpoint. */
export class Door {
  readonly #server: Server;
  readonly #recorder: Recorder;
  readonly #faults: FaultEngine;
  readonly #host: string;

  constructor(server: Server, recorder: Recorder, faults: FaultEngine, host: string) {
    this.#server = server;
    this.#recorder = recorder;
    this.#faults = faults;
    this.#host = host;
  }

  /** Answers one request; never throws. */
  async answer(request: IncomingMessage, response: ServerResponse, connection: number): Promise<void> {
    const method = request.method ?? 'GET';
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const found = findRoute(path);
    const trace = this.#recorder.begin(method, path, found?.route.template ?? 'other', connection);
    const errorBody =
      found?.route.errorBody ?? ((_status: number, message: string): JsonObject => ({ error: message }));
    const reply = new Reply(response, trace, this.#server.clock, errorBody);
    try {
      if (!allowsHost(this.#host, request.headers.host) || !allowsOrigin(request.headers.origin))
        reply.empty(403);
      else if (found === null) reply.text(404, 'text/plain', '404 page not found');
      else if (!found.route.methods.includes(method))
        reply.text(405, 'text/plain', '405 method not allowed', { allow: found.route.methods.join(', ') });
      else await this.#serve(found, { request, method, path, reply, trace });
    } catch (error) {
      if (reply.cancel.cancelled || reply.started) {
        reply.abandon();
        return;
      }
      const known = error instanceof SimulatorError ? error : new SimulatorError(500, String(error));
      reply.error(known.status, known.message);
    }
  }

  async #serve(
    { route, parameter }: Found,
    one: {
      readonly request: IncomingMessage;
      readonly method: string;
      readonly path: string;
      readonly reply: Reply;
      readonly trace: ReturnType<Recorder['begin']>;
    },
  ): Promise<void> {
    const { request, method, path, reply, trace } = one;
    const id = request.headers['x-request-id'];
    const requestId = typeof id === 'string' && id.length <= MAX_ID_LENGTH ? id : null;
    const subject = { path, model: null, inference: route.inference, requestId };
    const refused = this.#faults.decideBeforeBody(subject);
    if (refused !== null) {
      reply.strikeWith(refused);
      await reply.reset();
      return;
    }
    let json: JsonObject = {};
    if (route.body !== null) {
      const body = await readBody(request, this.#server.settings.bodyBytes);
      trace.body(body);
      json = parseBody(body, route.body.whenEmpty, route.body.type);
    }
    const model = typeof json['model'] === 'string' ? json['model'] : null;
    trace.asked(model, typeof json['stream'] === 'boolean' ? json['stream'] : null);
    const fault = this.#faults.decide({ ...subject, model });
    if (fault !== null && (await this.#strike(fault, reply))) return;
    await route.endpoint({ server: this.#server, reply, request, method, json, parameter });
  }

  /** Applies a fault; true when it is the whole answer. */
  async #strike(fault: FaultRule, reply: Reply): Promise<boolean> {
    reply.strikeWith(fault);
    const { clock } = this.#server;
    switch (fault.fault) {
      case 'refuse':
        await reply.reset();
        return true;
      case 'hang':
        await reply.hang();
        return true;
      case 'delay':
        await sleep(clock, fault.delayMs ?? DEFAULT_DELAY_MS, reply.cancel);
        return reply.cancel.cancelled;
      case 'status': {
        if (fault.delayMs !== undefined) await sleep(clock, fault.delayMs, reply.cancel);
        const retry: Record<string, string> =
          fault.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) };
        const status = fault.status ?? 500;
        reply.error(status, `simulated fault: status ${String(status)}`, retry);
        return true;
      }
      default:
        return false; // the others spoil the answer as it is written
    }
  }
}
