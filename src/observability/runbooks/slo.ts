import { recorded } from '../outside.ts';
import { rate } from '../expression.ts';
import type { Runbook, Step } from './runbook.ts';

const steps: readonly Step[] = [
  {
    text: 'How much of the budget is left? (1 is all of it, below 0 the promise is broken.)',
    query: recorded('slo:period_error_budget_remaining:ratio', { by: ['slo'] }),
  },
  {
    text: 'How fast does it go now? (1 uses it up exactly in 30 days.)',
    query: recorded('slo:current_burn_rate:ratio', { by: ['slo'] }),
  },
  {
    text: 'How do requests end?',
    query: rate('llamascope_requests_total', { window: 300, by: ['outcome'] }),
  },
  {
    text: 'Which other alerts fire? They name the cause; this one only says that it matters.',
    command: 'curl -sS http://127.0.0.1:9090/api/v1/alerts',
  },
];

export const sloRunbooks: readonly Runbook[] = [
  {
    alert: 'LlamascopeErrorBudgetBurnFast',
    meaning:
      'A service level objective is missed so badly that the error budget of 30 days would be gone within days.',
    impact: 'Users are hurt now: requests fail (availability) or begin too late (first token).',
    diagnosis: steps,
    mitigation: [
      'Availability: LlamascopeHighFailureRate and LlamascopeBreakerOpen have the steps.',
      'First token: LlamascopeSlowFirstToken and LlamascopeQueueSaturated.',
      'Whatever was changed last, change it back first and ask why later.',
    ],
    falsePositives:
      'Very little traffic: a handful of failures at night is a large share. Lower the objective, or measure over more traffic.',
  },
  {
    alert: 'LlamascopeErrorBudgetBurnSlow',
    meaning:
      'A service level objective is missed a little, for hours or days. The budget of 30 days will not last.',
    impact: 'Few users at a time. Nobody has to get up for it; somebody has to look this week.',
    diagnosis: steps,
    mitigation: [
      'Find the largest part: one upstream, one model, one time of day.',
      'Decide: mend it, or promise less (`slo` in the configuration) and say so.',
    ],
    falsePositives:
      'After a bad hour that is over: the long windows remember it. The fast alert tells whether it goes on.',
  },
];
