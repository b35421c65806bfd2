import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { format, percent } from '../format.ts';
import { readComparison, type ComparisonReport, type ComparisonRow } from './read-comparison.ts';

/** A comparison that was run somewhere, shown from its report.json. The file stays in the browser. */
export function Comparison(): JSX.Element {
  const [report, setReport] = useState<ComparisonReport | null>(null);
  const [problem, setProblem] = useState('');
  const open = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const read = readComparison(await file.text());
    setReport(read);
    setProblem(read === null ? `${file.name} is no report.json of llamascope compare.` : '');
  };
  return (
    <section>
      <div class="section-head">
        <h2 class="section-title">A comparison</h2>
        <label>
          <span class="note">Open report.json </span>
          <input
            type="file"
            accept=".json,application/json"
            onChange={(event) => void open(event.currentTarget.files?.[0])}
          />
        </label>
      </div>
      {problem !== '' && <p role="alert">{problem}</p>}
      {report === null ? (
        <p class="panel-empty">
          Open the report.json that <code>llamascope compare</code> has written, and its variants stand here
          beside each other. The file is read here and sent nowhere.
        </p>
      ) : (
        <ReportTable report={report} />
      )}
    </section>
  );
}

const HEADS = ['success', '95 % interval', 'p50', 'p95', 'at the upstream', 'wrong'] as const;

function ReportTable({ report }: { readonly report: ComparisonReport }): JSX.Element {
  return (
    <>
      <p class="note">{report.title}</p>
      <p>{report.verdict}</p>
      <div class="table-scroll whole" tabIndex={0} role="region" aria-label="Comparison">
        <table>
          <thead>
            <tr>
              <th scope="col">variant</th>
              {HEADS.map((head) => (
                <th key={head} scope="col" class="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.rows.map((row) => (
              <tr key={row.variant}>
                <th scope="row">{row.variant}</th>
                {cellsOf(row).map((cell, index) => (
                  <td key={HEADS[index]} class="number">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function cellsOf({ success, low, high, p50Ms, p95Ms, upstreamRequests, wrong, n }: ComparisonRow): string[] {
  const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);
  return [
    `${percent(success)} of ${String(n)}`,
    `${percent(low)} to ${percent(high)}`,
    format(seconds(p50Ms), 'seconds'),
    format(seconds(p95Ms), 'seconds'),
    format(upstreamRequests, 'count'),
    format(wrong, 'count'),
  ];
}
