import { gauge, increase, quantile, rate } from '../expression.ts';
import { targetsUp } from '../outside.ts';
import type { Runbook } from './runbook.ts';

export const gatewayRunbooks: readonly Runbook[] = [
  {
    alert: 'LlamascopeDown',
    meaning: 'Prometheus cannot scrape a gateway, or knows of none to scrape.',
    impact:
      'If the process is gone, every client that goes through it gets connection errors. If only the scrape fails, clients notice nothing and you are blind.',
    diagnosis: [
      { text: 'Is it the process or the scrape? This needs no token.', command: 'curl -sS $GATEWAY/livez' },
      { text: 'Which instances does Prometheus miss?', query: targetsUp },
      {
        text: 'What does Prometheus say about the target? 401 means that it has no or a wrong token (`authorization` in the scrape configuration).',
        command: 'curl -sS http://127.0.0.1:9090/api/v1/targets',
      },
      {
        text: 'Why did the process end? Look at its last lines; exit code 2 is a configuration it refused.',
        command: 'journalctl -u llamascope -n 50   # or: docker logs --tail 50 llamascope',
      },
    ],
    mitigation: [
      'Start it again. `llamascope check` says beforehand whether it will accept its configuration.',
      'While it is down, clients can be pointed at an upstream directly (port 11434 for Ollama): the API is the same, protection is not.',
      'If only the scrape fails, mend the token or the address in the scrape configuration.',
    ],
    falsePositives:
      'A gateway that was taken out on purpose: remove its target, or silence the alert for the time of the work.',
  },
  {
    alert: 'LlamascopeHighFailureRate',
    meaning:
      'More than a tenth of what clients rightly asked for fails: the upstream errs, does not answer in time, or the gateway refuses because it cannot serve.',
    impact:
      'Clients see errors, in the shape of their own API, with a code that says which of the three it is.',
    diagnosis: [
      {
        text: 'Which kind? `upstream_error` and `timeout` are the upstream’s; `shed` is the gateway refusing (queue, breaker, limits).',
        query: rate('llamascope_requests_total', { window: 300, by: ['outcome'] }),
      },
      {
        text: 'Which endpoint?',
        query: rate('llamascope_requests_total', {
          where: { outcome: ['upstream_error', 'timeout', 'shed'] },
          window: 300,
          by: ['endpoint'],
        }),
      },
      {
        text: 'Which upstream, and how do its attempts end?',
        query: rate('llamascope_upstream_attempts_total', {
          where: { outcome: { not: 'success' } },
          window: 300,
          by: ['upstream', 'outcome'],
        }),
      },
      { text: 'What does the gateway itself think is wrong?', command: 'curl -sS $GATEWAY/health' },
    ],
    mitigation: [
      'One upstream of several is bad: isolate its breaker (`llamascope breaker isolate NAME`), so that the others get all of it.',
      'All of them are: see to the model server (out of memory, driver, disk). The breakers let clients fail fast meanwhile.',
      'Mostly `shed`: more is asked than can be served. Add an upstream, raise `parallel` if the server can take it, or let more be answered from the cache (`cache.mode: on`).',
    ],
    falsePositives:
      'Very little traffic of which some fails. Raise the minimum rate in the rule (0.05 requests a second).',
  },
  {
    alert: 'LlamascopeEventLoopBlocked',
    meaning: 'The gateway’s only thread is busy for long moments: everything it does waits that long.',
    impact: 'Streams stutter, first tokens come late, health probes may time out.',
    diagnosis: [
      {
        text: 'How late, and since when?',
        query: quantile(0.99, 'llamascope_event_loop_lag_seconds', { window: 300 }),
      },
      {
        text: 'Is it the collection of garbage?',
        query: quantile(0.99, 'llamascope_gc_pause_seconds', { window: 300 }),
      },
      {
        text: 'How much of a core does it use? Near 1 means that the thread is simply full.',
        query: rate('llamascope_cpu_seconds_total', { window: 300 }),
      },
      {
        text: 'Is the scrape itself the work?',
        query: quantile(0.99, 'llamascope_scrape_render_seconds', { window: 300 }),
      },
    ],
    mitigation: [
      'Near one full core: `workers: auto` uses the other processors; or run a second gateway behind a balancer.',
      'Garbage: lower `cache.maxBytes`, or give the process more memory.',
      'Very large request bodies: lower `limits.bodyBytes`.',
    ],
    falsePositives: 'A machine that is starved by something else: then CPU use is low while the lag is high.',
  },
  {
    alert: 'LlamascopeConfigReloadFailed',
    meaning: 'A changed configuration was read and refused. The old one is in force, whole.',
    impact: 'None now. But what somebody wanted to change is not changed, and the next restart would fail.',
    diagnosis: [
      { text: 'What is wrong, key by key?', command: 'llamascope check --config /path/to/llamascope.yaml' },
      {
        text: 'When did it happen?',
        query: increase('llamascope_config_reloads_total', { window: 3_600, by: ['result'] }),
      },
    ],
    mitigation: [
      'Mend the file; it is read again when it changes, on SIGHUP, and by `POST /admin/reload`.',
      'Or put the old file back.',
    ],
    falsePositives:
      'A file that was written in two steps and read in between: the next reload is then `applied`, and the alert ends by itself.',
  },
  {
    alert: 'LlamascopeWorkerCrashed',
    meaning:
      'A worker process ended by itself, or hung for half a minute and was ended. Another took its place.',
    impact:
      'The requests that it was answering failed; clients with a connection to it had to connect again. The others noticed nothing.',
    diagnosis: [
      {
        text: 'How did it end: a signal (SIGKILL: mostly out of memory), or an exit code?',
        command: 'journalctl -u llamascope | grep "worker process ended"',
      },
      {
        text: 'How often, and how?',
        query: increase('llamascope_worker_exits_total', { window: 3_600, by: ['reason'] }),
      },
      {
        text: 'Is memory what they lack?',
        query: gauge('llamascope_resident_memory_bytes', { aggregate: 'sum' }),
      },
      {
        text: 'Which workers run now, since when, and how large are they?',
        command: 'curl -sS $GATEWAY/admin/workers',
      },
    ],
    mitigation: [
      'Ended by SIGKILL: each worker holds the whole cache; lower `cache.maxBytes` or `workers`, or raise the memory limit of the service.',
      'Ended by an exception: its stack is on stderr; report it.',
      'Hung (`unresponsive`): see LlamascopeEventLoopBlocked.',
    ],
    falsePositives: 'Somebody ended a worker by hand.',
  },
  {
    alert: 'LlamascopeWorkersMissing',
    meaning: 'Fewer worker processes are ready than `workers` asks for, and that has not healed.',
    impact: 'Requests are answered by those that are left, more slowly; with none left connections wait.',
    diagnosis: [
      { text: 'What is there, and what should be?', command: 'curl -sS $GATEWAY/admin/workers' },
      {
        text: 'Why does none start?',
        command: 'journalctl -u llamascope | grep -E "worker (process ended|could not be started)"',
      },
      {
        text: 'Do they end again and again?',
        query: increase('llamascope_worker_exits_total', { window: 3_600, by: ['reason'] }),
      },
    ],
    mitigation: [
      'Too little memory or too few processes allowed (`ulimit -u`): lower `workers`.',
      'A file that is gone since the start (TLS, a model): put it back; the next try comes within half a minute.',
      'Else restart the gateway: it says at once what is wrong with the configuration.',
    ],
    falsePositives: 'None while `workers` is what the machine can bear.',
  },
  {
    alert: 'LlamascopeMetricSeriesDropped',
    meaning: 'A metric has reached its cap of series, and new label values are not counted.',
    impact: 'Figures of that family are too low. Clients notice nothing.',
    diagnosis: [
      {
        text: 'Which family?',
        query: increase('llamascope_metric_series_dropped_total', { window: 3_600, by: ['family'] }),
      },
      {
        text: 'Which label has so many values?',
        command: 'curl -sS $GATEWAY/metrics | cut -d" " -f1 | sort | uniq -c | sort -rn | head',
      },
    ],
    mitigation: [
      'Find who makes up names: upstreams and models come from the configuration and from what upstreams list.',
      'Restart the gateway to begin anew once the cause is gone.',
    ],
    falsePositives: 'None: the cap is far above what a working installation has.',
  },
];
