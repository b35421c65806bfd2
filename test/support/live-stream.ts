import type { Hello, LogEntry, StreamFrame, Tick } from '../../src/live/protocol.ts';
import { until } from './until.ts';

/** A reader of `/dashboard/api/stream`, as the page is one. */
export interface LiveStream extends AsyncDisposable {
  readonly status: number;
  readonly frames: readonly (StreamFrame & { readonly id: string; readonly arrivedAt: number })[];
  readonly ended: boolean;
  hello(): Promise<Hello>;
  ticks(): readonly Tick[];
  log(): readonly LogEntry[];
  close(): Promise<void>;
}

export async function openLiveStream(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<LiveStream> {
  const abort = new AbortController();
  const response = await fetch(`${url}/dashboard/api/stream`, { headers, signal: abort.signal });
  const frames: (StreamFrame & { id: string; arrivedAt: number })[] = [];
  let ended = false;
  const reading = read(response, (frame) => {
    frames.push({ ...frame, arrivedAt: performance.now() });
  }).finally(() => {
    ended = true;
  });
  const close = async (): Promise<void> => {
    abort.abort();
    await reading.catch(() => undefined);
  };
  reading.catch(() => undefined);
  return {
    status: response.status,
    frames,
    get ended(): boolean {
      return ended;
    },
    hello: () =>
      until(
        () => frames.find(({ event }) => event === 'hello')?.data as Hello | undefined,
        'the first frame',
      ),
    ticks: () => frames.flatMap((frame) => (frame.event === 'tick' ? [frame.data] : [])),
    log: () => frames.flatMap((frame) => (frame.event === 'log' ? [frame.data] : [])),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function read(response: Response, take: (frame: StreamFrame & { id: string }) => void): Promise<void> {
  if (!response.ok || response.body === null) return;
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1] ?? '';
      if (field('event') !== '') {
        take({
          id: field('id'),
          event: field('event'),
          data: JSON.parse(field('data')) as unknown,
        } as StreamFrame & { id: string });
      }
    }
  }
}
