import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpProblem, readEvents, type StreamEvent } from './event-stream.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** An answer that arrives in these pieces. */
function answer(pieces: readonly string[], status = 200): void {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { status })));
}

async function read(): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  const init = { headers: {}, signal: new AbortController().signal };
  await readEvents(
    './api/stream',
    init,
    (event) => events.push(event),
    () => undefined,
  );
  return events;
}

describe('the event stream', () => {
  it('is read whatever the pieces it comes in', async () => {
    answer([
      'id: 1\nev',
      'ent: hello\ndata: {"a":',
      '1}\n\n: still here\n\nid: 2\nevent: tick\ndata: x\ndata: y\n',
      '\n',
    ]);
    expect(await read()).toEqual([
      { id: '1', event: 'hello', data: '{"a":1}' },
      { id: '2', event: 'tick', data: 'x\ny' },
    ]);
  });

  it('refused says what the gateway said', async () => {
    answer(['{"error":{"code":"unauthorized","message":"a token is needed"}}'], 401);
    const problem = await read().catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(HttpProblem);
    expect(problem).toMatchObject({ status: 401, code: 'unauthorized', message: 'a token is needed' });
  });

  it('refused by something in between says what that said', async () => {
    answer(['Bad gateway'], 502);
    expect(await read().catch((error: unknown) => error)).toMatchObject({
      status: 502,
      message: 'Bad gateway',
    });
  });
});
