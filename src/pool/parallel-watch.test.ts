import { describe, expect, it } from 'vitest';
import { modelId } from '../core/ids.ts';
import { ParallelWatch, serialHint, type SerialFinding, type StreamRun } from './parallel-watch.ts';

const MODEL = modelId('m');

function watching(): { watch: ParallelWatch; found: SerialFinding[] } {
  const found: SerialFinding[] = [];
  return { watch: new ParallelWatch((finding) => found.push(finding)), found };
}

/** Streams that are all sent at once and written one after the other, each for `ms`. */
function inTurn(watch: ParallelWatch, count: number, { ms = 100, from = 0, load = '' } = {}): void {
  const runs = Array.from({ length: count }, () => watch.sent(MODEL, load, from));
  let now = from;
  for (const run of runs) {
    run.spoke((now += 1));
    run.ended((now += ms), true);
  }
}

describe('streams of one model', () => {
  it('that come strictly one after the other show after six occasions, once', () => {
    const { watch, found } = watching();
    inTurn(watch, 6);
    expect(watch.finding(2)).toBeNull();
    inTurn(watch, 2);
    expect(watch.finding(2)).toEqual({ model: MODEL, atOnce: 1 });
    inTurn(watch, 9);
    expect(found).toEqual([{ model: MODEL, atOnce: 1 }]);
    // What fills every slot there is is no finding.
    expect(watch.finding(1)).toBeNull();
  });

  it('that overlap withdraw it', () => {
    const { watch } = watching();
    inTurn(watch, 7);
    expect(watch.finding(4)).not.toBeNull();
    const [one, two] = [watch.sent(MODEL, '', 0), watch.sent(MODEL, '', 0)];
    one.spoke(10);
    two.spoke(20);
    one.ended(100, false);
    expect(watch.finding(4)).toBeNull();
  });

  it('whose end and beginning arrive in the wrong order did not overlap', () => {
    const { watch } = watching();
    const runs = Array.from({ length: 8 }, () => watch.sent(MODEL, '', 0));
    let now = 1;
    runs[0]?.spoke(now);
    runs.forEach((run, index) => {
      now += 100;
      runs[index + 1]?.spoke(now - 1);
      run.ended(now, true);
    });
    expect(watch.finding(2)).toEqual({ model: MODEL, atOnce: 1 });
  });

  it.each<[string, (watch: ParallelWatch) => void]>([
    ['are too short', (watch) => inTurn(watch, 20, { ms: 10 })],
    ['are never two', (watch) => Array.from({ length: 20 }, () => inTurn(watch, 1))],
    [
      'need another load',
      (watch) => {
        const others: StreamRun[] = [];
        for (let i = 0; i < 20; i += 1) {
          others.push(watch.sent(MODEL, 'num_ctx=8192', 0));
          inTurn(watch, 1);
        }
      },
    ],
    [
      'are cut short',
      (watch) => {
        const waiting = watch.sent(MODEL, '', 0);
        for (let i = 0; i < 20; i += 1) {
          const run = watch.sent(MODEL, '', 0);
          run.spoke(1);
          run.ended(200, false);
        }
        waiting.ended(300, false);
      },
    ],
  ])('that %s say nothing', (_why, drive) => {
    const { watch, found } = watching();
    drive(watch);
    expect([watch.finding(4), found]).toEqual([null, []]);
  });
});

it('names the setting on both sides', () => {
  expect(serialHint('m', 2, 4)).toContain('2 streams of m at once although parallel is 4');
  expect(serialHint('m', 1, 4)).toMatch(/one stream .* OLLAMA_NUM_PARALLEL .* lower parallel to 1/);
});
