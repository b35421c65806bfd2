/** The trouble that a cache can be in: wrong hits, and a store that is away. */
import { createGateway } from '../../../src/gateway.ts';
import paraphrases from '../../fixtures/paraphrases.json' with { type: 'json' };
import { ollamaLike } from '../../support/ollama-like.ts';
import { CHAT_JSON, startRawUpstream } from '../../support/raw-upstream.ts';
import { startRedis } from '../../support/redis.ts';
import { box, chat, modelOf, open, type Trouble } from './trouble.ts';

const WRONG_HITS = 20;

/** An upstream that gives another answer each time: what was served by meaning is wrong when it is asked again. */
export async function wrongHits(): Promise<Trouble> {
  let answers = 0;
  const { respond } = ollamaLike({
    chat: (_, response) => {
      answers += 1;
      const answer = JSON.parse(CHAT_JSON) as { message: { content: string } };
      answer.message.content = `It is number ${String(answers)}.`;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    },
    models: [{ name: modelOf('wording') }],
  });
  const upstream = await startRawUpstream(respond);
  const gateway = createGateway({
    upstreams: [{ name: 'wording', url: upstream.url }],
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    cache: { mode: 'on', sampled: true, embedder: 'builtin', threshold: 0.5, audit: 1 },
  });
  const { url } = await gateway.listen();
  await gateway.ready();
  let asked = 0;
  return {
    alerts: ['LlamascopeFalseHitRateHigh'],
    urls: [url],
    turn: async () => {
      const pair = paraphrases.paraphrases[asked];
      // Enough to count; more would be hits that another alert is to miss.
      if (pair === undefined || asked === WRONG_HITS) return;
      asked += 1;
      for (const content of [pair.base, pair.paraphrase])
        await chat(url, 'wording', { messages: [{ role: 'user', content }] });
    },
    everyMs: 500,
    [Symbol.asyncDispose]: async () => {
      await gateway.close(0);
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** The Redis behind the cache goes away and stays away. */
export async function storeAway(): Promise<Trouble> {
  const redis = await startRedis();
  const site = await open([await box('kept')], {
    cache: { mode: 'exact', sampled: true, store: 'redis', redis: { url: redis.url } },
  });
  await redis.stop();
  return {
    alerts: ['LlamascopeCacheStoreDegraded'],
    urls: [site.url],
    turn: () => Promise.resolve(),
    everyMs: 1_000,
    [Symbol.asyncDispose]: async () => {
      await site[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}
