/** What is promised, how fast each budget goes, and what is left of it. */
import type { JSX } from 'preact';
import type { Burn, ObjectiveReply } from '../../../src/live/protocol-replies.ts';
import { useSlo } from '../feed/use-slo.ts';
import { duration, figure, NONE, percent } from '../format.ts';
import { PanelGrid, ViewTitle } from '../parts/panel-grid.tsx';
import { StateMark, type Health } from '../parts/state-mark.tsx';

/** The burn rates of the alerts: a page and a ticket. */
const PAGE = { h1: 14.4, h6: 6 } as const;
const TICKET = 1;

export function Slo(): JSX.Element {
  const { reply, problem } = useSlo();
  const said =
    problem === null ? (reply?.problem ?? null) : `The objectives could not be asked for: ${problem}`;
  return (
    <>
      <ViewTitle view="slo" />
      <p class="note measure">
        A burn rate of 1 spends the budget of {reply?.periodDays ?? 30} days in exactly that time. Above{' '}
        {PAGE.h1} over an hour, or {PAGE.h6} over six, somebody is paged.
      </p>
      {said !== null && (
        <p class="note warn" role="status">
          {said}
        </p>
      )}
      {reply !== null && (
        <div class="table-scroll stale-able" tabIndex={0} role="region" aria-label="Objectives">
          <table data-table="slo">
            <thead>
              <tr>
                <th scope="col">Promise</th>
                <th scope="col">From</th>
                <th scope="col" class="number">
                  Budget left
                </th>
                <th scope="col" class="number">
                  Burn 5 min
                </th>
                <th scope="col" class="number">
                  1 h
                </th>
                <th scope="col" class="number">
                  6 h
                </th>
              </tr>
            </thead>
            <tbody>
              {reply.objectives.flatMap((one) => [
                <Row key={one.name} of={one} burn={one.live} from="history" />,
                ...(one.prometheus === null
                  ? []
                  : [<Row key={`${one.name} p`} of={one} burn={one.prometheus} from="Prometheus" />]),
              ])}
            </tbody>
          </table>
        </div>
      )}
      <PanelGrid view="slo" />
    </>
  );
}

interface RowProps {
  readonly of: ObjectiveReply;
  readonly burn: Burn;
  readonly from: 'history' | 'Prometheus';
}

function Row({ of, burn, from }: RowProps): JSX.Element {
  return (
    <tr data-slo={of.name} data-from={from}>
      {from === 'history' ? (
        <th scope="row">
          {of.name}
          <span class="under note">{of.promise}</span>
        </th>
      ) : (
        <td />
      )}
      <td>
        {from}
        <span class="under note">{duration(burn.leftOverSeconds)}</span>
      </td>
      <Figure name="left" value={burn.left} show={percent} health={healthOfLeft(burn.left)} />
      <Figure name="m5" value={burn.m5} show={times} health={healthOf(burn.m5, PAGE.h1)} />
      <Figure name="h1" value={burn.h1} show={times} health={healthOf(burn.h1, PAGE.h1)} />
      <Figure name="h6" value={burn.h6} show={times} health={healthOf(burn.h6, PAGE.h6)} />
    </tr>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: number | null;
  readonly show: (value: number) => string;
  readonly health: Health;
}

function Figure({ name, value, show, health }: FigureProps): JSX.Element {
  const wrong = health === 'bad' || health === 'warn';
  return (
    <td data-figure={name} class={`number ${wrong ? health : ''}`}>
      {wrong && <StateMark health={health} size={9} />} {value === null ? NONE : show(value)}
    </td>
  );
}

const times = (value: number): string => `${figure(value)}×`;

function healthOf(burn: number | null, page: number): Health {
  if (burn === null) return 'idle';
  return burn > page ? 'bad' : burn > TICKET ? 'warn' : 'ok';
}

function healthOfLeft(left: number | null): Health {
  if (left === null) return 'idle';
  return left < 0 ? 'bad' : left < 0.25 ? 'warn' : 'ok';
}
