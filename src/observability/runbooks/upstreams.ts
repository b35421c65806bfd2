import { gauge, increase, quantile, rate, ratio } from '../expression.ts';
import type { Runbook } from './runbook.ts';

const failures = ratio(
  rate('circuit_breaker_calls_total', { where: { status: 'failure' }, window: 300, by: ['breaker_name'] }),
  rate('circuit_breaker_calls_total', {
    where: { status: ['success', 'failure'] },
    window: 300,
    by: ['breaker_name'],
  }),
);
const howTheyEnd = rate('llamascope_upstream_attempts_total', {
  where: { outcome: { not: 'success' } },
  window: 300,
  by: ['upstream', 'outcome'],
});

export const upstreamRunbooks: readonly Runbook[] = [
  {
    alert: 'LlamascopeBreakerOpen',
    meaning:
      'A circuit breaker is open: its upstream (or one model of it) failed so often that requests are kept away. Every 30 s by default a few are let through to see whether it is well again.',
    impact:
      'With other upstreams: less capacity. Without: clients get 503 with `retry-after`, at once instead of after a timeout.',
    diagnosis: [
      {
        text: 'Which, since when, and by hand or by itself?',
        command: 'llamascope breaker list   # or: curl -sS $GATEWAY/admin/breakers',
      },
      { text: 'What did its attempts end with before?', query: howTheyEnd },
      {
        text: 'Does it open again and again?',
        query: increase('circuit_breaker_transitions_total', {
          where: { to_state: 'open' },
          window: 3_600,
          by: ['breaker_name'],
        }),
      },
      {
        text: 'How many requests are turned away because of it?',
        query: rate('circuit_breaker_calls_total', {
          where: { status: 'rejected' },
          window: 300,
          by: ['breaker_name'],
        }),
      },
      {
        text: 'Does the server answer at all? (Ollama; for others `/v1/models`.)',
        command: 'curl -sS http://UPSTREAM:11434/api/version && curl -sS http://UPSTREAM:11434/api/ps',
      },
    ],
    mitigation: [
      'Mend the upstream. The breaker closes by itself after two good answers; nothing has to be restarted.',
      'It is well and the breaker has not noticed: `llamascope breaker reset NAME`.',
      'It comes and goes: `llamascope breaker isolate NAME` keeps it out until you reset it.',
      'Only one model of it fails: `breaker.perModel: true` keeps the others in service.',
    ],
    falsePositives:
      'Somebody isolated it on purpose: `manual` in the list says so. Silence the alert for that breaker.',
  },
  {
    alert: 'LlamascopeUpstreamFailing',
    meaning:
      'More than a fifth of the attempts at an upstream fail, though not enough in a row to open its breaker.',
    impact:
      'Retries hide most of it: answers come later, and the upstreams do more work. When the retry budget is spent, clients see errors.',
    diagnosis: [
      { text: 'How bad, and which?', query: failures },
      { text: 'In which way?', query: howTheyEnd },
      {
        text: 'What do retries cost?',
        query: rate('llamascope_retries_total', { window: 300, by: ['upstream', 'reason'] }),
      },
    ],
    mitigation: [
      '`server_error`, `stream_error`: read the model server’s log; out of memory is the usual cause. Fewer parallel requests or a smaller context help.',
      '`first_token_timeout`: it is overloaded or loading models; see LlamascopeQueueSaturated.',
      'Several upstreams: isolate this one until it is mended.',
      'Let the breaker see a rate as well as a row: `breaker.failureRate: 0.5`.',
    ],
    falsePositives:
      'A model that one client asks for in a way that always fails with 5xx. Per-model breakers keep it apart.',
  },
  {
    alert: 'LlamascopeUpstreamUnhealthy',
    meaning:
      'An upstream fails its health probes (`GET /api/version`, or `/v1/models`), which load no model and ask little.',
    impact:
      'It gets no traffic while another can serve. If it is the only one, requests go there all the same and mostly fail.',
    diagnosis: [
      { text: 'Why does the gateway think so?', command: 'curl -sS $GATEWAY/admin/upstreams' },
      {
        text: 'Which upstreams, and since when?',
        query: gauge('llamascope_upstream_healthy', { aggregate: 'min', by: ['upstream'] }),
      },
      {
        text: 'Can a connection be made from where the gateway runs?',
        query: rate('llamascope_pool_connect_errors_total', { window: 300, by: ['client_name', 'reason'] }),
      },
    ],
    mitigation: [
      'Start or mend the server; it is back in service at the next good probe.',
      'A wrong address or key: change the configuration, it is read again without a restart.',
    ],
    falsePositives: 'A server so busy that it does not answer a probe in time: raise `probe.timeoutMs`.',
  },
  {
    alert: 'LlamascopePoolExhausted',
    meaning: 'Almost every connection that may be open to an upstream is open.',
    impact:
      'Beyond the maximum, requests wait for a connection to become free, also those that need no slot, such as lists of models.',
    diagnosis: [
      {
        text: 'How many, and are they busy?',
        query: gauge('llamascope_pool_connections', { aggregate: 'sum', by: ['client_name', 'state'] }),
      },
      {
        text: 'Do requests wait for one?',
        query: quantile(0.95, 'llamascope_pool_acquire_seconds', { window: 300 }),
      },
    ],
    mitigation: [
      'Raise `pool.maxsize` of the upstream; it has to be at least `parallel`.',
      'Busy connections that do nothing: streams that clients do not read. `limits.clientStallMs` ends them.',
    ],
    falsePositives: 'A pool that is small on purpose. Then raise the threshold for it.',
  },
  {
    alert: 'LlamascopeConnectErrors',
    meaning: 'Connections to an upstream cannot be opened.',
    impact:
      'Each costs a request an attempt. With several upstreams clients notice little; with one, they get 502.',
    diagnosis: [
      {
        text: 'Which reason? `refused`: nobody listens. `timeout`: network or firewall. `dns`: the name. `tls`: certificate or protocol.',
        query: rate('llamascope_pool_connect_errors_total', { window: 300, by: ['client_name', 'reason'] }),
      },
      {
        text: 'The same from a shell on that machine:',
        command: 'curl -sv http://UPSTREAM:11434/api/version',
      },
    ],
    mitigation: [
      '`refused`: start the server; check that it listens on that address (Ollama: `OLLAMA_HOST`).',
      '`dns`, `tls`: mend `upstreams[].url` or the certificate.',
      'Meanwhile isolate it: `llamascope breaker isolate NAME`.',
    ],
    falsePositives:
      'An upstream that is switched off every night: drain it first (`POST /admin/upstreams/NAME/drain`).',
  },
  {
    alert: 'LlamascopeRetryBudgetExhausted',
    meaning:
      'So many attempts fail that retries are held back, so that they do not multiply the load on servers that are failing already.',
    impact: 'Failures that a retry would have hidden reach clients.',
    diagnosis: [
      { text: 'Who fails?', query: howTheyEnd },
      {
        text: 'How many retries were made and not made?',
        query: rate('llamascope_retries_total', { window: 300, by: ['upstream', 'reason'] }),
      },
    ],
    mitigation: [
      'See to the failing upstream: LlamascopeUpstreamFailing.',
      'Only if the upstreams have room to spare: raise `retry.budget`.',
    ],
    falsePositives:
      'Little traffic with a burst of failures: the budget always allows three retries in ten seconds.',
  },
];
