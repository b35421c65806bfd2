import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAULTS, parseFaultFlag } from './index.ts';
import { readFaultPlan } from './faults/plan.ts';
import { parseAnswers } from './answers/table.ts';
import { SETTING_RULES } from './options.ts';
import { ROUTES } from './routes.ts';

const guide = readFileSync(new URL('../../docs/guides/simulator.md', import.meta.url), 'utf8');

describe('the guide', () => {
  it('names every fault, every setting with its default, and every path with its methods', () => {
    for (const fault of FAULTS) expect(guide).toContain(`| \`${fault}\` |`);
    for (const [name, rule] of Object.entries(SETTING_RULES)) {
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      const row = guide.split('\n').find((line) => line.startsWith(`| \`${flag}\` |`));
      if (name === 'seed') expect(guide).toContain('`--seed` (default 1)');
      else if (name === 'bodyBytes')
        expect([row?.includes('64 MiB'), rule.default]).toEqual([true, 64 * 1024 ** 2]);
      else expect(row).toContain(`| ${String(rule.default)} |`);
    }
    for (const { template, methods } of ROUTES) {
      const row = guide.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${template}\``));
      for (const method of methods) expect(row, template).toContain(method);
    }
  });

  it('has examples that are accepted', () => {
    const flags = [...guide.matchAll(/--fault (\S+)/g)].map(([, flag]) => parseFaultFlag(flag ?? ''));
    expect(flags.length).toBeGreaterThanOrEqual(2);
    const [answers, plan] = [...guide.matchAll(/```json\n([^]*?)```/g)].map(([, text]) => text ?? '');
    expect(parseAnswers(answers ?? '', 'guide')).toHaveLength(1);
    expect(readFaultPlan(JSON.parse(plan ?? '')).rules).toHaveLength(3);
  });
});
