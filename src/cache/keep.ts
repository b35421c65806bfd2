/** After a miss: the question stays open until its answer has passed, and then the answer is handed to the writer. */
import type { Exchange, GatewayResponse } from '../core/request.ts';
import type { Clock } from '../runtime/clock.ts';
import { captureAnswer } from './answer-capture.ts';
import type { AnswerWriter, OpenQuestion } from './answer-writer.ts';
import type { Identified } from './key/identify.ts';
import type { CacheOptions } from './options.ts';
import type { SemanticFinding } from './semantic/semantic-tier.ts';

export interface KeepParts {
  readonly options: Pick<CacheOptions, 'maxAnswerBytes'>;
  readonly clock: Clock;
  readonly writer: AnswerWriter;
}

/** What the lookup has found is filled in when it is over. */
type Opened = { -readonly [Field in keyof OpenQuestion]: OpenQuestion[Field] };

/** `replace`: an entry that is there already gives way to the answer. */
export function openQuestion(
  { clock, writer }: KeepParts,
  exchange: Exchange,
  keys: Identified,
  replace: boolean,
): Opened {
  return {
    exchange,
    keys,
    askedAt: clock.now(),
    purges: writer.purges,
    replace,
    call: null,
    candidate: null,
    source: 'miss',
  };
}

export function learnFrom(question: Opened, finding: SemanticFinding | null): void {
  question.call = finding?.call ?? null;
  question.candidate = finding?.candidate ?? null;
}

/** Says in the answer that it is a miss, and has it stored once it has passed. */
export function keepAnswer(
  { options, writer }: KeepParts,
  response: GatewayResponse,
  question: OpenQuestion,
): GatewayResponse {
  const { model, request, coalesced } = question.exchange;
  response.headers.push('x-llamascope-cache', 'miss');
  // Another model answered in its place: that is no answer of the model that was asked.
  if (model !== request.facts.model) return response;
  // The request that made the attempt stores the answer.
  if (coalesced) return response;
  return captureAnswer(response, options.maxAnswerBytes, (body, streamed) => {
    writer.write(question, body, streamed);
  });
}
