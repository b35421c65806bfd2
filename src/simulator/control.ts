import type { IncomingMessage, ServerResponse } from 'node:http';
import { SimulatorError } from './error.ts';
import { closesPort, type FaultReport } from './faults/engine.ts';
import { FaultPlanError, readFaultPlan, type FaultPlan } from './faults/plan.ts';
import { allowsHost } from './host-check.ts';
import { readBody } from './json-body.ts';

export const CONTROL_PREFIX = '/_simulator/';
const MAX_PLAN_BYTES = 1024 * 1024;
const HELP = 'the control API has GET, POST and DELETE /_simulator/faults, GET and DELETE /_simulator/state';

/** What the control API acts on. */
export interface Controlled {
  setFaults(plan: FaultPlan): void;
  clearFaults(): void;
  settled(): Promise<void>;
  resetState(): void;
  state(): { readonly faults: FaultReport };
}

/**
 * The control API: sets and clears faults, tells and forgets the state. Not guarded by a token, so it answers to
 * local names only, and like the simulator it belongs on loopback or in a closed network.
 */
export class Control {
  readonly #simulator: Controlled;
  readonly #sharesPort: boolean;

  /** `sharesPort`: the API has the same port, so a fault that closes it closes the control too. */
  constructor(simulator: Controlled, sharesPort: boolean) {
    this.#simulator = simulator;
    this.#sharesPort = sharesPort;
  }

  /** Answers one request; never throws. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (!allowsHost(request.socket.localAddress ?? '', request.headers.host)) {
        send(response, 403, { error: `host ${request.headers.host ?? ''} is not a local name` });
      } else send(response, 200, await this.#act(request));
    } catch (error) {
      if (error instanceof FaultPlanError)
        send(response, 400, { error: error.message, problems: error.problems });
      else if (error instanceof SimulatorError) send(response, error.status, { error: error.message });
      else send(response, 500, { error: String(error) });
    }
  }

  async #act(request: IncomingMessage): Promise<unknown> {
    const action = `${request.method ?? 'GET'} ${(request.url ?? '/').split('?', 1)[0] ?? '/'}`;
    switch (action) {
      case 'GET /_simulator/faults':
        return this.#simulator.state().faults;
      case 'POST /_simulator/faults': {
        const plan = this.#reachable(readFaultPlan(await readPlan(request)));
        this.#simulator.setFaults(plan);
        await this.#simulator.settled();
        return { faults: plan.rules.length };
      }
      case 'DELETE /_simulator/faults':
        this.#simulator.clearFaults();
        await this.#simulator.settled();
        return { faults: 0 };
      case 'GET /_simulator/state':
        return this.#simulator.state();
      case 'DELETE /_simulator/state':
        this.#simulator.resetState();
        return { reset: true };
      default:
        throw new SimulatorError(404, `${action}: ${HELP}`);
    }
  }

  /** Refuses a plan after which nobody could reach this API again. */
  #reachable(plan: FaultPlan): FaultPlan {
    const problems = plan.rules.flatMap((rule, index) =>
      this.#sharesPort && closesPort(rule)
        ? [
            `rules[${String(index)}]: refuse over everything would close this control API as well, expected a path, a rate, or a simulator with a control address of its own`,
          ]
        : [],
    );
    if (problems.length > 0) throw new FaultPlanError(problems);
    return plan;
  }
}

async function readPlan(request: IncomingMessage): Promise<unknown> {
  const text = (await readBody(request, MAX_PLAN_BYTES)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new FaultPlanError([`body: not JSON, expected { "seed": N, "rules": [ … ] }`]);
  }
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
