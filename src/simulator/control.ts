import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject, type JsonValue } from '../core/json.ts';
import { SimulatorError } from './error.ts';
import { FaultPlanError, readFaultPlan, type FaultPlan } from './faults/plan.ts';
import { readBody } from './json-body.ts';

export const CONTROL_PREFIX = '/_simulator/';
const MAX_PLAN_BYTES = 1024 * 1024;

/** What the control API acts on. */
export interface Controlled {
  setFaults(plan: FaultPlan): void;
  clearFaults(): void;
  resetState(): void;
  state(): unknown;
}

/** `POST` and `DELETE /_simulator/faults`, `GET` and `DELETE /_simulator/state`. Never throws. */
export async function control(
  request: IncomingMessage,
  response: ServerResponse,
  simulator: Controlled,
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  try {
    switch (`${request.method ?? 'GET'} ${path}`) {
      case 'POST /_simulator/faults': {
        const plan = readFaultPlan(await readPlan(request));
        simulator.setFaults(plan);
        send(response, 200, { faults: plan.rules.length });
        return;
      }
      case 'DELETE /_simulator/faults':
        simulator.clearFaults();
        send(response, 200, { faults: 0 });
        return;
      case 'GET /_simulator/state':
        send(response, 200, simulator.state());
        return;
      case 'DELETE /_simulator/state':
        simulator.resetState();
        send(response, 200, { reset: true });
        return;
      default:
        send(response, 404, {
          error: `${request.method ?? '?'} ${path}: the control API has POST and DELETE /_simulator/faults, GET and DELETE /_simulator/state`,
        });
    }
  } catch (error) {
    if (error instanceof FaultPlanError)
      send(response, 400, { error: error.message, problems: [...error.problems] });
    else if (error instanceof SimulatorError) send(response, error.status, { error: error.message });
    else send(response, 500, { error: String(error) });
  }
}

async function readPlan(request: IncomingMessage): Promise<JsonValue> {
  const text = (await readBody(request, MAX_PLAN_BYTES)).toString('utf8');
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch {
    throw new SimulatorError(400, 'the body is not JSON, expected { "rules": [ … ] }');
  }
  if (!isJsonObject(plan))
    throw new SimulatorError(400, 'the body is not an object, expected { "rules": [ … ] }');
  return plan;
}

function send(response: ServerResponse, status: number, value: unknown): void {
  if (response.destroyed) return;
  const body = `${JSON.stringify(value, null, 2)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
