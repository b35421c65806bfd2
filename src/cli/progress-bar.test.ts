import { describe, expect, it } from 'vitest';
import { ProgressBar } from './progress-bar.ts';

function record(): { bar: ProgressBar; lines: (string | null)[] } {
  const lines: (string | null)[] = [];
  return { bar: new ProgressBar({ status: (line) => lines.push(line) }), lines };
}

describe('the progress bar', () => {
  it('shows share, count and words, once for each change, and leaves nothing', () => {
    const { bar, lines } = record();
    bar.update(0, 8, 'direct');
    bar.update(4, 8, 'direct');
    bar.update(4, 8, 'direct');
    bar.update(9, 8, 'all');
    bar.end();
    expect(lines).toEqual([
      '[........................]   0 %  0/8  direct',
      '[############............]  50 %  4/8  direct',
      '[########################] 100 %  9/8  all',
      null,
    ]);
  });

  it('counts where the total is not known', () => {
    const { bar, lines } = record();
    bar.update(12, 0, 'entries');
    expect(lines).toEqual(['12  entries']);
  });
});
