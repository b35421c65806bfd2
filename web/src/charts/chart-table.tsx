import type { JSX } from 'preact';
import { clockTime, format } from '../format.ts';
import type { ChartData } from './model.ts';

/** Enough to read, few enough to lay out; the CSV has all of them. */
const ROWS = 60;

/** The same numbers as the chart, newest first. */
export function ChartTable({
  title,
  data,
}: {
  readonly title: string;
  readonly data: ChartData;
}): JSX.Element {
  const rows = data.times
    .map((_, at) => at)
    .filter((at) => data.lines.some(({ values }) => (values[at] ?? null) !== null));
  const shown = rows.slice(-ROWS).reverse();
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">time</th>
            {data.lines.map((line) => (
              <th scope="col" class="number" key={line.key}>
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((at) => (
            <tr key={data.times[at]}>
              <th scope="row">{clockTime(data.times[at] ?? 0)}</th>
              {data.lines.map((line) => (
                <td class="number" key={line.key}>
                  {format(line.values[at], data.unit)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > ROWS && (
        <p class="note">
          The newest {ROWS} of {rows.length} samples; CSV has all.
        </p>
      )}
    </div>
  );
}
