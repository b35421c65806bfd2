import { sleep } from '../../runtime/clock.ts';
import type { Ask, Piece, Result, SimToolCall } from '../ask.ts';
import { planAnswer } from '../answers/compose.ts';
import type { AnswerPlan } from '../answers/compose.ts';
import { RUNNER_DIED, SimulatorError } from '../error.ts';
import type { StoredModel } from '../models/store.ts';
import type { Call, Endpoint, Server } from '../server.ts';
import { countTokens, tokenize } from '../tokens.ts';
import type { Wire, WireWriter } from '../wire/wire.ts';

/**
 * Generation, over every wire: load the model, wait for a slot, read the prompt, speak token by token.
 * The slot is held until the last token has left, or the client has gone.
 */
export function generation(wire: Wire): Endpoint {
  return async (call: Call): Promise<void> => {
    const { server, reply } = call;
    const startedAt = server.clock.now();
    const ask = wire.read(call.json);
    const model = requireModel(server, ask);
    const thinks = decideThinking(ask, model);
    const writer = wire.open(ask, {
      request: call.json,
      wallMs: () => server.clock.wallMs(),
      random: server.random,
    });
    if (ask.messages.length === 0 && ask.keepAliveMs === 0) {
      server.residency.expire(model);
      await reply.json(wire.jsonType, writer.whole(idle('unload')));
      return;
    }
    const lease = await server.residency.acquire(
      { model, numCtx: ask.numCtx ?? server.settings.contextLength, keepAliveMs: ask.keepAliveMs },
      reply.cancel,
    );
    try {
      const loadedAt = server.clock.now();
      if (ask.messages.length === 0) {
        await reply.json(wire.jsonType, writer.whole(idle('load')));
        return;
      }
      const plan = await planAnswer(ask, model.name, thinks, server.answers);
      const give = await lease.slots.acquire(reply.cancel);
      try {
        await new Speech(server, call, ask, model, writer, wire).run(plan, startedAt, loadedAt);
      } finally {
        give();
      }
    } finally {
      lease.release();
    }
  };
}

function requireModel(server: Server, ask: Ask): StoredModel {
  if (ask.model === '' && ask.kind === 'chat') throw new SimulatorError(400, 'model is required');
  const model = server.store.require(ask.model);
  if (!model.spec.capabilities.includes('completion')) {
    throw new SimulatorError(400, `${JSON.stringify(ask.model)} does not support ${ask.kind}`);
  }
  if (ask.tools.length > 0 && !model.spec.capabilities.includes('tools')) {
    throw new SimulatorError(400, `registry.ollama.ai/library/${model.name} does not support tools`);
  }
  return model;
}

/** A model that can think does unless told not to; one that cannot refuses to be asked. */
function decideThinking(ask: Ask, model: StoredModel): boolean {
  if (model.spec.capabilities.includes('thinking')) return ask.think ?? true;
  if (ask.think === true && !ask.relaxThinking) {
    throw new SimulatorError(400, `${JSON.stringify(ask.model)} does not support thinking`);
  }
  return false;
}

const NOTHING = {
  text: '',
  thinking: '',
  toolCalls: [],
  promptTokens: 0,
  completionTokens: 0,
  totalNs: 0,
  loadNs: 0,
  promptEvalNs: 0,
  evalNs: 0,
} as const;

const idle = (reason: 'load' | 'unload'): Result => ({ ...NOTHING, reason });

const ns = (ms: number): number => Math.round(ms * 1e6);

/** Tokens that a template adds around each message, and those of one image. */
const MESSAGE_TOKENS = 6;
const IMAGE_TOKENS = 256;

export function promptTokens(ask: Ask): number {
  let count = 10;
  for (const { content, images } of ask.messages) {
    count += MESSAGE_TOKENS + countTokens(content) + images.length * IMAGE_TOKENS;
  }
  for (const tool of ask.tools) count += countTokens(JSON.stringify(tool));
  return count;
}

/** One model speaking one answer at its pace. */
class Speech {
  readonly #server: Server;
  readonly #call: Call;
  readonly #ask: Ask;
  readonly #model: StoredModel;
  readonly #writer: WireWriter;
  readonly #wire: Wire;

  constructor(server: Server, call: Call, ask: Ask, model: StoredModel, writer: WireWriter, wire: Wire) {
    this.#server = server;
    this.#call = call;
    this.#ask = ask;
    this.#model = model;
    this.#writer = writer;
    this.#wire = wire;
  }

  async run(plan: AnswerPlan, startedAt: number, loadedAt: number): Promise<void> {
    const { clock } = this.#server;
    const { reply } = this.#call;
    const spoken = cutToLimits(
      piecesOf(plan, () => this.#toolCallId()),
      this.#ask,
    );
    const prompt = promptTokens(this.#ask);
    const prefillAt = clock.now();
    await this.#prefill(prompt);
    const evalAt = clock.now();
    if (this.#ask.stream) reply.stream(this.#wire.streamType, () => this.#writer.error(RUNNER_DIED));
    await this.#speak(spoken.pieces);
    if (reply.cancel.cancelled) return;
    const result: Result = {
      text: join(spoken.pieces, 'text'),
      thinking: join(spoken.pieces, 'thinking'),
      toolCalls: spoken.pieces.flatMap((piece) => (piece.kind === 'tools' ? piece.calls : [])),
      reason: spoken.reason,
      promptTokens: prompt,
      completionTokens: spoken.tokens,
      totalNs: ns(clock.now() - startedAt),
      loadNs: ns(loadedAt - startedAt),
      promptEvalNs: ns(evalAt - prefillAt),
      evalNs: ns(clock.now() - evalAt),
    };
    if (this.#ask.stream) {
      await reply.item(this.#writer.finish(result), true);
      reply.end();
    } else {
      await reply.json(this.#wire.jsonType, this.#writer.whole(result));
    }
  }

  /** Reads the prompt. With `abortHoldsPrefill` a client that leaves does not end it. */
  async #prefill(tokens: number): Promise<void> {
    const rate = this.#model.spec.prefillTokensPerSecond ?? this.#server.settings.prefillTokensPerSecond;
    if (rate <= 0) return;
    const ms = this.#server.vary((tokens / rate) * 1_000);
    await sleep(this.#server.clock, ms, this.#server.abortHoldsPrefill ? undefined : this.#call.reply.cancel);
  }

  async #speak(pieces: readonly Piece[]): Promise<void> {
    const { clock, vary, settings } = this.#server;
    const { cancel } = this.#call.reply;
    const rate = this.#model.spec.tokensPerSecond ?? settings.tokensPerSecond;
    const interval = rate <= 0 ? 0 : vary(1_000 / rate);
    let due = clock.now();
    for (const piece of pieces) {
      due += interval;
      // A pause shorter than a timer can make is added to the next one.
      if (interval > 0 && due > clock.now()) await sleep(clock, due - clock.now(), cancel);
      if (cancel.cancelled) return;
      if (!this.#ask.stream) continue;
      const wait = this.#call.reply.item(this.#writer.piece(piece), false);
      if (wait === null) continue;
      await wait;
      // A reader that does not keep up slows the model down: the pace starts again from here.
      due = Math.max(due, clock.now());
    }
  }

  #toolCallId(): string {
    return `call_${Array.from({ length: 8 }, () => this.#server.random(36).toString(36)).join('')}`;
  }
}

function piecesOf(plan: AnswerPlan, id: () => string): Piece[] {
  const pieces: Piece[] = tokenize(plan.thinking).map((text) => ({ kind: 'thinking', text }));
  for (const text of tokenize(plan.text)) pieces.push({ kind: 'text', text });
  if (plan.toolCall !== null) {
    const call: SimToolCall = { id: id(), name: plan.toolCall.name, arguments: plan.toolCall.arguments };
    pieces.push({ kind: 'tools', calls: [call] });
  }
  return pieces;
}

/** Applies `stop` sequences and the token limit. Tool calls count as the tokens of their JSON. */
export function cutToLimits(
  pieces: readonly Piece[],
  ask: Pick<Ask, 'stop' | 'maxTokens'>,
): { pieces: Piece[]; tokens: number; reason: 'stop' | 'length' } {
  const kept: Piece[] = [];
  let tokens = 0;
  for (const piece of untilStop(pieces, ask.stop)) {
    const cost = piece.kind === 'tools' ? countTokens(JSON.stringify(piece.calls)) : 1;
    if (ask.maxTokens !== null && tokens + cost > ask.maxTokens && piece.kind !== 'tools') {
      return { pieces: kept, tokens, reason: 'length' };
    }
    kept.push(piece);
    tokens += cost;
  }
  return { pieces: kept, tokens, reason: 'stop' };
}

function untilStop(pieces: readonly Piece[], stop: readonly string[]): readonly Piece[] {
  const text = join(pieces, 'text');
  const cuts = stop
    .filter((word) => word !== '')
    .map((word) => text.indexOf(word))
    .filter((at) => at >= 0);
  if (cuts.length === 0) return pieces;
  const cut = Math.min(...cuts);
  const kept = tokenize(text.slice(0, cut)).map((part): Piece => ({ kind: 'text', text: part }));
  return [...pieces.filter(({ kind }) => kind === 'thinking'), ...kept];
}

function join(pieces: readonly Piece[], kind: 'text' | 'thinking'): string {
  return pieces.map((piece) => (piece.kind === kind ? piece.text : '')).join('');
}
