/** Several worker processes; without them none of these is there. */
export const WORKER_METRICS = {
  llamascope_workers: {
    type: 'gauge',
    unit: null,
    help: 'Worker processes: ready to take requests, and wanted by the configuration. Not there in a gateway of one process.',
    labels: { state: ['ready', 'wanted'] },
    aggregate: 'last',
    fedBy: ['workers.changed'],
  },
  llamascope_worker_exits_total: {
    type: 'counter',
    unit: null,
    help: 'Worker processes that ended: crashed, killed because they hung (unresponsive), replaced by a restart one after the other, or stopped.',
    labels: { reason: 'worker_end' },
    aggregate: 'sum',
    fedBy: ['worker.ended'],
  },
} as const;
