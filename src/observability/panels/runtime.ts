import { gauge, increase, minusEach, now, observed, plus, quantile, rate, ratio } from '../expression.ts';
import { definePanel, QUANTILE_WINDOW_SECONDS, type Panel } from './panel.ts';

/** The gateway process, and what watching it costs. */
export const runtimePanels: readonly Panel[] = [
  definePanel('overhead', {
    title: 'Time added by the gateway',
    question: 'What does Llamascope itself cost a request?',
    unit: 'seconds',
    description:
      'To the first byte, less all waits for others: for cache hits and forwarded requests (miss).',
    series: {
      p50: ['{path} p50', quantile(0.5, 'llamascope_overhead_seconds', { by: ['path'] })],
      p99: ['{path} p99', quantile(0.99, 'llamascope_overhead_seconds', { by: ['path'] })],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
  }),
  definePanel('cpu', {
    title: 'Processor',
    question: 'How much of a core does it use?',
    unit: 'cores',
    drawing: 'stacked',
    description: 'Processor seconds per second, all threads.',
    series: { mode: ['{mode}', rate('llamascope_cpu_seconds_total', { by: ['mode'] })] },
  }),
  definePanel('loop-use', {
    title: 'Event-loop utilisation',
    question: 'How busy is the one thread that everything passes through?',
    unit: 'ratio',
    description: 'Active time over all time. Above 0.8, work waits for its turn.',
    series: {
      use: [
        'utilisation',
        ratio(
          rate('llamascope_event_loop_seconds_total', { where: { state: 'active' } }),
          plus(
            rate('llamascope_event_loop_seconds_total', { where: { state: 'active' } }),
            rate('llamascope_event_loop_seconds_total', { where: { state: 'idle' } }),
          ),
        ),
      ],
    },
    thresholds: [
      { at: 0.8, level: 'warn', side: 'above' },
      { at: 0.95, level: 'bad', side: 'above' },
    ],
  }),
  definePanel('loop-lag', {
    title: 'Event-loop lag',
    question: 'What does an arriving event wait for its turn?',
    unit: 'seconds',
    description: 'How late a timer fired, sampled 50 times a second.',
    series: {
      p50: ['p50', quantile(0.5, 'llamascope_event_loop_lag_seconds')],
      p99: ['p99', quantile(0.99, 'llamascope_event_loop_lag_seconds')],
    },
    thresholds: [{ at: 0.1, level: 'warn', side: 'above' }],
  }),
  definePanel('memory', {
    title: 'Memory',
    question: 'Does it grow?',
    unit: 'bytes',
    description: 'Resident set, JavaScript heap in use, and memory outside the heap.',
    series: {
      rss: ['resident', gauge('llamascope_resident_memory_bytes', { aggregate: 'sum' })],
      heap: ['heap used', gauge('llamascope_heap_bytes', { aggregate: 'sum', where: { state: 'used' } })],
      external: ['external', gauge('llamascope_external_memory_bytes', { aggregate: 'sum' })],
    },
  }),
  definePanel('heap-use', {
    title: 'Heap in use',
    question: 'How far is it from running out of memory?',
    unit: 'ratio',
    description: 'Heap used as a share of the limit at which the process would abort.',
    series: {
      use: [
        'used',
        ratio(
          gauge('llamascope_heap_bytes', { aggregate: 'sum', where: { state: 'used' } }),
          gauge('llamascope_heap_bytes', { aggregate: 'sum', where: { state: 'limit' } }),
        ),
      ],
    },
    thresholds: [{ at: 0.85, level: 'bad', side: 'above' }],
  }),
  definePanel('gc', {
    title: 'Garbage collection',
    question: 'How much time goes into it?',
    unit: 'ratio',
    drawing: 'stacked',
    description: 'Seconds of pauses per second, by kind.',
    series: { kind: ['{kind}', observed('llamascope_gc_pause_seconds', { by: ['kind'] })] },
  }),
  definePanel('handles', {
    title: 'Open handles',
    question: 'Do sockets or timers leak?',
    unit: 'count',
    description: 'What keeps the event loop alive, by type.',
    series: { type: ['{type}', gauge('llamascope_open_handles', { aggregate: 'sum', by: ['type'] })] },
  }),
  definePanel('scrape-cost', {
    title: 'Cost of a scrape',
    question: 'Does being measured slow it down?',
    unit: 'seconds',
    description: 'p95 of the time the event loop spent on a scrape of /metrics.',
    series: { p95: ['p95', quantile(0.95, 'llamascope_scrape_render_seconds')] },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
    whenEmpty: 'Nobody scrapes /metrics.',
  }),
  definePanel('series', {
    title: 'Time series exposed',
    question: 'How large is /metrics?',
    unit: 'count',
    description: 'Over all families.',
    series: { series: ['series', gauge('llamascope_metric_series', { aggregate: 'sum' })] },
    thresholds: [{ at: 10_000, level: 'warn', side: 'above' }],
  }),
  definePanel('self-problems', {
    title: 'Problems of the telemetry itself',
    question: 'Can the figures be trusted?',
    unit: 'count',
    description:
      'Label sets refused, reads of state that failed, and exceptions of subscribers, in each step.',
    series: {
      dropped: ['series refused', increase('llamascope_metric_series_dropped_total')],
      collectors: ['reads failed', increase('llamascope_collector_errors_total')],
      subscribers: ['subscriber failures', increase('llamascope_subscriber_failures_total')],
    },
    whenEmpty: 'None.',
  }),
  definePanel('workers', {
    title: 'Worker processes',
    question: 'Do all workers take requests?',
    unit: 'count',
    description:
      'Ready, and wanted by `workers` of the configuration; and those that crashed or hung, in each step.',
    series: {
      ready: ['ready', gauge('llamascope_workers', { where: { state: 'ready' }, aggregate: 'sum' })],
      wanted: ['wanted', gauge('llamascope_workers', { where: { state: 'wanted' }, aggregate: 'sum' })],
      lost: [
        'crashed or hung',
        increase('llamascope_worker_exits_total', { where: { reason: ['crashed', 'unresponsive'] } }),
      ],
    },
    whenEmpty: 'This gateway is one process.',
  }),
  definePanel('reloads', {
    title: 'Configuration reloads',
    question: 'When did the configuration change?',
    unit: 'count',
    description: 'Applied, or rejected with the old one kept, in each step.',
    series: { result: ['{result}', increase('llamascope_config_reloads_total', { by: ['result'] })] },
    whenEmpty: 'It has not been reloaded.',
  }),
  definePanel('operations', {
    title: 'Changes by hand',
    question: 'What did an operator change?',
    unit: 'count',
    description:
      'Breakers isolated or reset and the like, in each step, by what was done. The log has to what.',
    series: { action: ['{action}', increase('llamascope_operations_total', { by: ['action'] })] },
    whenEmpty: 'Nothing was changed by hand.',
  }),
  definePanel('uptime', {
    title: 'Uptime',
    question: 'Since when does it run, and with which configuration?',
    unit: 'seconds',
    description: 'Since the process started, and since the configuration in force was applied.',
    series: {
      process: ['process', minusEach(now, gauge('llamascope_start_time_seconds', { aggregate: 'max' }))],
      config: [
        'configuration',
        minusEach(now, gauge('llamascope_config_last_reload_timestamp_seconds', { aggregate: 'max' })),
      ],
    },
  }),
];

/** What the live page itself costs. */
export const livePanels: readonly Panel[] = [
  definePanel('live-cost', {
    title: 'Cost of this page',
    question: 'What does watching cost?',
    unit: 'seconds',
    description:
      'p95 of reading the instruments once a second (sample), and of making a frame for all readers (frame).',
    series: {
      sample: ['sample p95', quantile(0.95, 'llamascope_live_sample_seconds')],
      frame: ['frame p95', quantile(0.95, 'llamascope_live_frame_seconds')],
    },
    minWindowSeconds: QUANTILE_WINDOW_SECONDS,
  }),
  definePanel('live-readers', {
    title: 'Readers of this page',
    question: 'Who else is looking?',
    unit: 'count',
    description:
      'Pages reading the stream now, and those turned away in each step: too many (full) or too slow.',
    series: {
      viewers: ['reading', gauge('llamascope_live_viewers', { aggregate: 'sum' })],
      away: ['{reason}', increase('llamascope_live_viewers_turned_away_total', { by: ['reason'] })],
    },
  }),
  definePanel('live-traffic', {
    title: 'Bytes sent to readers',
    question: 'How much does the stream send?',
    unit: 'bytes',
    description: 'Bytes per second, to all readers together.',
    series: { sent: ['sent per second', rate('llamascope_live_sent_bytes_total')] },
  }),
  definePanel('live-memory', {
    title: 'Memory of the history',
    question: 'What does the past take?',
    unit: 'bytes',
    description: 'Bounded: beyond 64 MiB the oldest hours go first.',
    series: { bytes: ['history', gauge('llamascope_live_history_bytes', { aggregate: 'sum' })] },
  }),
  definePanel('live-series', {
    title: 'Series in the history',
    question: 'Is anything left out?',
    unit: 'count',
    description: 'Series kept, and series refused in each step because there were too many.',
    series: {
      kept: ['kept', gauge('llamascope_live_series', { aggregate: 'sum' })],
      refused: ['refused', increase('llamascope_live_series_refused_total')],
    },
  }),
  definePanel('live-sources', {
    title: 'Snapshots and long ranges',
    question: 'Does history survive, and does Prometheus answer?',
    unit: 'count',
    description: 'Snapshots written, read, failed or refused, and questions put to Prometheus, in each step.',
    series: {
      snapshots: ['snapshot {result}', increase('llamascope_live_snapshots_total', { by: ['result'] })],
      queries: [
        'Prometheus {result}',
        increase('llamascope_live_prometheus_queries_total', { by: ['result'] }),
      ],
    },
    whenEmpty: 'Neither a snapshot nor a Prometheus is configured.',
  }),
];
