/** docs/guides/circuit-breaker.md says what the code does, and the example beside it runs. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ATTEMPT_OUTCOMES } from '../core/outcome.ts';
import { breakerOptions } from './breaker/options.ts';
import * as entry from './index.ts';
import { OUTCOME_POLICY, type OutcomePolicy } from './outcomes.ts';

const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const guide = readFileSync(inRepository('docs/guides/circuit-breaker.md'), 'utf8');

/** The cells of the table rows under a heading, code marks removed. */
function rowsUnder(heading: string): string[][] {
  const section = guide.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

function breakerWord({ breaker }: OutcomePolicy): string {
  return breaker === 'success' || breaker === 'failure' ? breaker : `ignored: ${breaker}`;
}

function retryWord({ retry, retryAtOnce, onlyElsewhere }: OutcomePolicy): string {
  if (retry === null) return 'no';
  if (onlyElsewhere) return 'only elsewhere';
  return retryAtOnce ? 'at once, then with back-off' : 'with back-off';
}

describe('the guide', () => {
  it('has every option with its default', () => {
    const { name: _, ...defaults } = breakerOptions({ name: 'a' });
    const documented = rowsUnder('Options').map(([option, value]) => [option, value]);
    expect(documented).toEqual(Object.entries(defaults).map(([option, value]) => [option, String(value)]));
  });

  it('has every outcome with what it does', () => {
    const documented = rowsUnder('What each outcome does').map(([outcome, , breaker, retried]) => [
      outcome,
      breaker,
      retried,
    ]);
    const actual = ATTEMPT_OUTCOMES.map((o) => [
      o,
      breakerWord(OUTCOME_POLICY[o]),
      retryWord(OUTCOME_POLICY[o]),
    ]);
    expect(documented).toEqual(actual);
  });

  it('names only what the entry exports', () => {
    expect(Object.keys(entry)).toEqual(
      expect.arrayContaining(['CircuitBreaker', 'ManualClock', 'RetryBudget', 'backoffDelayMs']),
    );
  });
});

describe('the example', () => {
  it('opens, refuses, probes and recovers', async () => {
    const args = ['--conditions=llamascope-source', inRepository('examples/circuit-breaker.ts')];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
    const failed = 'failed: Error: connection refused';
    const refused = 'refused at once, nothing was called';
    expect(stdout.trimEnd().split('\n')).toEqual([
      failed,
      failed,
      '  closed -> open (tripped)',
      failed,
      refused,
      refused,
      '  open -> half_open (timer)',
      'hello',
      '  half_open -> closed (recovered)',
      'hello',
      'hello',
      'one',
      'token',
      'after',
      'another',
      'acquired 7 = success 4 + failure 3; rejected 2',
    ]);
  });
});
