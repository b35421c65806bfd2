import type { MetricCatalogue } from '../telemetry/catalogue.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Rings } from './rings/rings.ts';
import type { ViewerCounts } from './viewers.ts';

/** What the live page records of itself. */
export interface LiveInstruments {
  readonly readers: ViewerCounts;
  viewers(count: number): void;
  sampled(seconds: number, rings: Rings): void;
  framed(seconds: number): void;
  snapshot(result: 'written' | 'read' | 'failed' | 'refused'): void;
  queried(result: 'ok' | 'failed' | 'timeout'): void;
}

export function liveInstruments(metrics: Metrics<MetricCatalogue>): LiveInstruments {
  const away = metrics.counter('llamascope_live_viewers_turned_away_total');
  const sent = metrics.counter('llamascope_live_sent_bytes_total').labels({});
  const viewers = metrics.gauge('llamascope_live_viewers').labels({});
  const sample = metrics.histogram('llamascope_live_sample_seconds').labels({});
  const frame = metrics.histogram('llamascope_live_frame_seconds').labels({});
  const bytes = metrics.gauge('llamascope_live_history_bytes').labels({});
  const series = metrics.gauge('llamascope_live_series').labels({});
  const refused = metrics.counter('llamascope_live_series_refused_total').labels({});
  const snapshots = metrics.counter('llamascope_live_snapshots_total');
  const queries = metrics.counter('llamascope_live_prometheus_queries_total');
  return {
    readers: {
      refused: () => {
        away.labels({ reason: 'full' }).inc();
      },
      dropped: () => {
        away.labels({ reason: 'slow' }).inc();
      },
      sent: (count) => {
        sent.add(count);
      },
    },
    viewers: (count) => {
      viewers.set(count);
    },
    sampled(seconds, rings): void {
      sample.observe(seconds);
      bytes.set(rings.bytes);
      series.set(rings.tracks.size);
      refused.riseTo(rings.refused);
    },
    framed: (seconds) => {
      frame.observe(seconds);
    },
    snapshot: (result) => {
      snapshots.labels({ result }).inc();
    },
    queried: (result) => {
      queries.labels({ result }).inc();
    },
  };
}
