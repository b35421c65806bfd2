/** The live stream as `llamascope top` keeps it: the newest of everything, and a minute of the figures it draws. */
import type { Hello, LogEntry, StateView, StreamFrame, Tick } from '../live/protocol.ts';

export const TREND_SECONDS = 240;
const LOG_ENTRIES = 50;

/** Figures that are drawn over time: panel and series. */
export const TRENDS = ['requests', 'success', 'first-token', 'tokens'] as const;
export type Trend = (typeof TRENDS)[number];

export class TopFeed {
  hello: Hello | null = null;
  state: StateView | null = null;
  tick: Tick | null = null;
  log: readonly LogEntry[] = [];
  /** Why there is nothing new, or null. */
  problem: string | null = null;
  readonly trends: Record<Trend, (number | null)[]> = {
    requests: [],
    success: [],
    'first-token': [],
    tokens: [],
  };

  take(frame: StreamFrame): void {
    switch (frame.event) {
      case 'hello':
        this.hello = frame.data;
        this.state = frame.data.state;
        this.log = frame.data.log.slice(-LOG_ENTRIES);
        this.problem = null;
        break;
      case 'tick':
        this.tick = frame.data;
        this.state = frame.data.state ?? this.state;
        for (const trend of TRENDS) {
          const points = this.trends[trend];
          points.push(this.value(trend));
          if (points.length > TREND_SECONDS) points.shift();
        }
        break;
      case 'log':
        this.log = [...this.log, frame.data].slice(-LOG_ENTRIES);
        break;
      case 'hits':
        break;
      case 'bye':
        this.problem =
          frame.data.reason === 'draining' ? 'the gateway is shutting down' : 'this reader was too slow';
        break;
    }
  }

  /** The one figure of a trend now. */
  value(trend: Trend): number | null {
    if (trend === 'requests' || trend === 'tokens') return this.sum(trend);
    return this.series(trend, trend === 'success' ? 'success' : 'p95');
  }

  series(panel: string, key: string): number | null {
    return this.tick?.values[panel]?.[key] ?? null;
  }

  /** Over all series of a panel; null when it has none. */
  sum(panel: string): number | null {
    const values = Object.values(this.tick?.values[panel] ?? {});
    return values.length === 0 ? null : values.reduce((a, b) => a + b, 0);
  }
}

/** Frames of an event stream, as they arrive. Ends when the stream does. */
export async function* readFrames(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamFrame> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event !== undefined && data !== undefined)
        yield { event, data: JSON.parse(data) as unknown } as StreamFrame;
    }
  }
}
