import type { JSX } from 'preact';
import type { BaselineFigureView, BaselineView } from '../../../src/live/protocol-baseline.ts';
import { dayTime, duration, figure, format, NONE } from '../format.ts';
import { offers, usePage, type Page } from '../page-context.ts';
import { StateWord, type Health } from './state-mark.tsx';

/** The figures that somebody stored, and the present against them. */
export function Baseline(): JSX.Element {
  const page = usePage();
  const { baseline } = page.snapshot.state;
  return (
    <section>
      <div class="section-head">
        <h2 class="section-title">Against the baseline</h2>
        <div class="buttons">
          {baseline !== null && offers(page, 'baseline.clear') && (
            <button type="button" onClick={() => page.ask({ id: 'baseline.clear', subject: '' })}>
              Clear
            </button>
          )}
          {offers(page, 'baseline.set') && (
            <button type="button" onClick={() => page.ask({ id: 'baseline.set', subject: '' })}>
              Set baseline
            </button>
          )}
        </div>
      </div>
      {baseline === null ? <NoBaseline /> : <BaselineTable baseline={baseline} page={page} />}
    </section>
  );
}

function NoBaseline(): JSX.Element {
  return (
    <p class="panel-empty">
      No baseline is set. Before you change something (a model, a limit, the cache), set one: it stores the
      figures of the last hour, and this table then shows what has become of each.
    </p>
  );
}

interface BaselineProps {
  readonly baseline: BaselineView;
  readonly page: Page;
}

function BaselineTable({ baseline, page }: BaselineProps): JSX.Element {
  const now = page.snapshot.tick?.baseline ?? null;
  return (
    <>
      <p class="note">
        Set {dayTime(baseline.setAt / 1_000, page.now / 1_000)} over {duration(baseline.coveredSeconds)},{' '}
        {format(baseline.requests, 'count')} requests.{' '}
        {now !== null && now.requests > 0
          ? `Now: the last ${duration(now.coveredSeconds)}, ${format(now.requests, 'count')} requests.`
          : 'No request has been finished since.'}
        {baseline.kept === 'memory' && ' Kept in memory: a restart forgets it (dashboard.snapshotPath).'}
      </p>
      <div class="table-scroll whole stale-able" tabIndex={0} role="region" aria-label="Against the baseline">
        <table>
          <thead>
            <tr>
              <th scope="col">figure</th>
              <th scope="col" class="number">
                baseline
              </th>
              <th scope="col" class="number">
                now
              </th>
              <th scope="col">
                <span class="unseen">both on one scale</span>
              </th>
              <th scope="col" class="number">
                change
              </th>
              <th scope="col">which is</th>
            </tr>
          </thead>
          <tbody>
            {baseline.figures.map((one) => (
              <FigureRow
                key={one.id}
                figure={one}
                now={now?.values[one.id] ?? null}
                few={Math.min(baseline.requests, now?.requests ?? 0) < FEW}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p class="note">Cost is not among them: prices are not known. Tokens are what a bill would count.</p>
    </>
  );
}

interface FigureProps {
  readonly figure: BaselineFigureView;
  readonly now: number | null;
  /** Too few requests on one side to call it better or worse. */
  readonly few: boolean;
}

function FigureRow({ figure: { title, unit, better, then, promql }, now, few }: FigureProps): JSX.Element {
  const [word, health] = few ? (['', 'idle'] as const) : judged(better, then, now);
  return (
    <tr>
      <th scope="row" title={promql}>
        {title}
      </th>
      <td class="number">{format(then, unit)}</td>
      <td class="number">{format(now, unit)}</td>
      <td>{then !== null && now !== null && <Dumbbell then={then} now={now} health={health} />}</td>
      <td class="number">{changeOf(unit, then, now)}</td>
      <td>{word === '' ? few ? 'too few yet' : NONE : <StateWord health={health}>{word}</StateWord>}</td>
    </tr>
  );
}

/** Requests on each side from which on a change is judged. */
const FEW = 20;
/** Below this a change is noise to the eye. */
const SAME = 0.02;

function judged(
  better: BaselineFigureView['better'],
  then: number | null,
  now: number | null,
): readonly [word: string, health: Health] {
  if (better === null || then === null || now === null) return ['', 'idle'];
  if (Math.abs(now - then) <= SAME * Math.max(Math.abs(then), Math.abs(now))) return ['the same', 'idle'];
  return now > then === (better === 'higher') ? ['better', 'ok'] : ['worse', 'bad'];
}

function changeOf(unit: BaselineFigureView['unit'], then: number | null, now: number | null): string {
  if (then === null || now === null) return NONE;
  const difference = now - then;
  const sign = difference > 0 ? '+' : '';
  if (unit === 'ratio') return `${sign}${figure(difference * 100)} points`;
  const times = then === 0 ? '' : ` (${figure(now / then)}×)`;
  return `${sign}${format(difference, unit)}${times}`;
}

const WIDTH = 120;
const EDGE = 6;

/** A ring where it was, a disc where it is, from 0 on the left to the greater of both. */
function Dumbbell({
  then,
  now,
  health,
}: {
  readonly then: number;
  readonly now: number;
  readonly health: Health;
}): JSX.Element {
  const most = Math.max(then, now);
  const x = (value: number): number => EDGE + (most === 0 ? 0 : (value / most) * (WIDTH - 2 * EDGE));
  return (
    <svg class={`mark ${health}`} width={WIDTH} height="12" viewBox={`0 0 ${WIDTH} 12`} aria-hidden="true">
      <path d={`M${x(then)} 6H${x(now)}`} stroke="currentColor" stroke-width="2" />
      <circle cx={x(then)} cy="6" r="3.5" fill="var(--paper)" stroke="currentColor" stroke-width="1.6" />
      <circle cx={x(now)} cy="6" r="4.5" fill="currentColor" />
    </svg>
  );
}
