import { expect, it } from 'vitest';
import { startStack } from '../support/stack.ts';

const ask = (url: string, content: string): Promise<Response> =>
  fetch(`${url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model: 'llama3.2:1b', messages: [{ role: 'user', content }], stream: false }),
  });

it('feedback on a hit: the entry leaves, the label is counted', async () => {
  await using stack = await startStack({
    config: { cache: { mode: 'on', sampled: true, embedder: 'builtin', audit: 0 } },
  });
  const give = (id: string, body?: unknown): Promise<Response> =>
    fetch(`${stack.url}/admin/cache/entries/${id}/feedback`, {
      method: 'POST',
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  await (await ask(stack.url, 'What is the capital city of France?')).arrayBuffer();
  const hit = await ask(stack.url, 'what is the capital of France?');
  await hit.arrayBuffer();
  expect(hit.headers.get('x-llamascope-cache')).toBe('hit-semantic');
  const id = hit.headers.get('x-llamascope-entry') ?? '';
  expect(await (await give(id, { right: true })).json()).toEqual({
    id,
    right: true,
    labelled: true,
    removed: false,
  });
  expect(await (await give(id)).json()).toEqual({ id, right: false, labelled: true, removed: true });
  expect((await give(id, { right: 'no' })).status).toBe(400);
  expect((await give('0123456789abcdef')).status).toBe(404);
  const again = await ask(stack.url, 'what is the capital of France?');
  await again.arrayBuffer();
  expect(again.headers.get('x-llamascope-cache')).toBe('miss');
  const { body: metrics } = await stack.gateway.metrics.render();
  expect(metrics).toContain('llamascope_semcache_labels_total{source="feedback",verdict="wrong"} 1');
  expect(metrics).toMatch(/llamascope_semcache_false_hit_upper_bound [01]/);
});
