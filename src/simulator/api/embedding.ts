import { sleep } from '../../runtime/clock.ts';
import type { EmbedAsk } from '../ask.ts';
import { SimulatorError } from '../error.ts';
import { JSON_TYPE } from '../server.ts';
import type { Call, Endpoint } from '../server.ts';
import { countTokens } from '../tokens.ts';
import { readOllamaEmbed } from '../wire/ollama.ts';
import { readOpenAiEmbed } from '../wire/openai-completions.ts';

/** Embeddings, over the three wires that have them: real vectors, at the pace of a prompt being read. */

interface Embedded {
  readonly vectors: readonly Float32Array[];
  readonly tokens: number;
  readonly totalMs: number;
  readonly loadMs: number;
}

async function embed(call: Call, ask: EmbedAsk): Promise<Embedded> {
  const { server, reply } = call;
  const startedAt = server.clock.now();
  const model = server.store.require(ask.model);
  const lease = await server.residency.acquire(
    { model, numCtx: ask.numCtx ?? server.settings.contextLength, keepAliveMs: ask.keepAliveMs },
    reply.cancel,
  );
  try {
    const loadMs = server.clock.now() - startedAt;
    if (ask.input.length === 0) return { vectors: [], tokens: 0, totalMs: 0, loadMs: 0 };
    const give = await lease.slots.acquire(reply.cancel);
    try {
      const tokens = ask.input.reduce((sum, text) => sum + countTokens(text) + 2, 0);
      const rate = model.spec.prefillTokensPerSecond ?? server.settings.prefillTokensPerSecond;
      if (rate > 0) await sleep(server.clock, server.vary((tokens / rate) * 1_000), reply.cancel);
      const vectors = await server.embeddings.embed(ask.input, ask.dimensions);
      return { vectors, tokens, totalMs: server.clock.now() - startedAt, loadMs };
    } finally {
      give();
    }
  } finally {
    lease.release();
  }
}

const nonZero = (fields: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0));

/** `/api/embed` */
export const ollamaEmbed: Endpoint = async (call) => {
  const ask = readOllamaEmbed(call.json, false);
  const { vectors, tokens, totalMs, loadMs } = await embed(call, ask);
  await call.reply.json(JSON_TYPE, {
    model: ask.model,
    embeddings: vectors.map((vector) => [...vector]),
    ...nonZero({
      total_duration: Math.round(totalMs * 1e6),
      load_duration: Math.round(loadMs * 1e6),
      prompt_eval_count: tokens,
    }),
  });
};

/** `/api/embeddings`, the older form: one prompt, one vector. */
export const ollamaEmbeddings: Endpoint = async (call) => {
  const ask = readOllamaEmbed(call.json, true);
  if (ask.model === '') throw new SimulatorError(400, 'model is required');
  const { vectors } = await embed(call, ask);
  await call.reply.json(JSON_TYPE, { embedding: [...(vectors[0] ?? [])] });
};

/** `/v1/embeddings` */
export const openAiEmbeddings: Endpoint = async (call) => {
  const { ask, base64 } = readOpenAiEmbed(call.json);
  const { vectors, tokens } = await embed(call, ask);
  await call.reply.json('application/json', {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      embedding: base64 ? littleEndian(vector).toString('base64') : [...vector],
      index,
    })),
    model: ask.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
};

function littleEndian(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes;
}
