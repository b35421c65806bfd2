/**
 * The judge of the bounded cache mode: a model at an upstream that is asked whether two answers say the same when words
 * alone do not tell. It stands in the pool's queue like any request, in the background, one question at a time. Whatever
 * goes wrong is no opinion.
 */
import { BACKGROUND_PRIORITY, openExchange, type GatewayRequest, type Handler } from '../core/request.ts';
import { clientId, modelId, requestId, tenantId } from '../core/ids.ts';
import { dialects } from '../dialect/dialects.ts';
import { ROUTES } from '../http/routes.ts';
import type { Route } from '../core/route.ts';
import { CancelSource } from '../runtime/cancel.ts';
import type { Clock } from '../runtime/clock.ts';

export type AskJudge = (
  model: string,
  question: string,
  stored: string,
  fresh: string,
) => Promise<boolean | null>;

const ROUTE = ROUTES.find(({ template }) => template === '/v1/chat/completions') as Route;
const DEADLINE_MS = 60_000;
const MAX_TEXT = 4_000;
const INSTRUCTIONS =
  'You compare two answers to one question. Reply with the single word SAME if a reader learns the same from both, and with DIFFERENT if any fact, number, name, instruction or conclusion differs.';

export function createJudge(pool: Handler, clock: Clock): AskJudge {
  let asked = 0;
  let last: Promise<unknown> = Promise.resolve();
  const ask: AskJudge = async (model, question, stored, fresh) => {
    const cancel = new CancelSource();
    const timer = clock.setTimer(DEADLINE_MS, () => {
      cancel.cancel(new Error('the judge took too long'));
    });
    try {
      asked += 1;
      const request = judgeRequest(model, prompt(question, stored, fresh), asked, clock);
      const { status, body } = await pool(openExchange(request, dialects.openai, cancel));
      if (status !== 200 || !Buffer.isBuffer(body)) return null;
      const answer = dialects.openai.readAnswer(ROUTE, request.facts, body, false);
      return answer?.kind === 'text' ? opinion(answer.text) : null;
    } catch {
      return null;
    } finally {
      timer.cancel();
    }
  };
  return (model, question, stored, fresh) => {
    const turn = last.then(() => ask(model, question, stored, fresh));
    last = turn;
    return turn;
  };
}

function prompt(question: string, stored: string, fresh: string): string {
  const cut = (text: string): string => text.slice(0, MAX_TEXT);
  return `Question:\n${cut(question)}\n\nAnswer A:\n${cut(stored)}\n\nAnswer B:\n${cut(fresh)}\n\nSAME or DIFFERENT?`;
}

/** Only a clear word counts. */
function opinion(text: string): boolean | null {
  const word = /\b(same|different)\b/i.exec(text)?.[1]?.toLowerCase();
  return word === undefined ? null : word === 'same';
}

function judgeRequest(model: string, content: string, count: number, clock: Clock): GatewayRequest {
  const messages = [
    { role: 'system', content: INSTRUCTIONS },
    { role: 'user', content },
  ];
  const body = Buffer.from(JSON.stringify({ model, messages, temperature: 0, max_tokens: 8, stream: false }));
  return {
    id: requestId(`judge-${String(count)}`),
    route: ROUTE,
    method: 'POST',
    target: ROUTE.template,
    headers: { 'content-type': 'application/json' },
    body,
    facts: { ...dialects.openai.readRequest(ROUTE, body), model: modelId(model) },
    client: clientId('llamascope'),
    tenant: tenantId('llamascope'),
    cachePolicy: 'bypass',
    priority: BACKGROUND_PRIORITY,
    receivedAt: clock.now(),
    deadlineAt: clock.now() + DEADLINE_MS,
  };
}
