/** Runbooks as Markdown, for docs/runbooks, and as HTML, for `/runbooks/` on the gateway itself. */
import { ALERTS } from '../rules/alerts.ts';
import { printPromql, type PrintOptions } from '../promql.ts';
import type { Runbook, Step } from './runbook.ts';

export function runbookMarkdown(runbook: Runbook, options: PrintOptions): string {
  const { alert, meaning, impact, diagnosis, mitigation, falsePositives } = runbook;
  return [
    `# ${alert}`,
    '',
    `Severity: ${severityOf(alert)}. All: [runbooks](README.md).`,
    '',
    '## Meaning',
    '',
    meaning,
    '',
    '## Impact',
    '',
    impact,
    '',
    '## Diagnosis',
    '',
    '`$GATEWAY` is the operations plane, e.g. `http://127.0.0.1:11435`; with a token add `-H "Authorization: Bearer $TOKEN"`.',
    '',
    ...diagnosis.flatMap((step, index) => stepMarkdown(step, index + 1, options)),
    '## Mitigation',
    '',
    ...mitigation.map((line, index) => `${String(index + 1)}. ${line}`),
    '',
    '## False positives',
    '',
    falsePositives,
    '',
  ].join('\n');
}

function stepMarkdown(step: Step, at: number, options: PrintOptions): readonly string[] {
  const code =
    step.query !== undefined
      ? ['promql', printPromql(step.query, options)]
      : step.command !== undefined
        ? ['sh', step.command]
        : null;
  const fence = code === null ? [] : ['', `   \`\`\`${code[0] ?? ''}`, `   ${code[1] ?? ''}`, '   ```'];
  return [`${String(at)}. ${step.text}`, ...fence, ''];
}

export function runbookIndex(runbooks: readonly Runbook[]): string {
  const rows = runbooks.map(
    ({ alert, meaning }) => `| [${alert}](${alert}.md) | ${severityOf(alert)} | ${meaning} |`,
  );
  return [
    '# Runbooks',
    '',
    'One for every alert, by its name.',
    '',
    '| alert | severity | meaning |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function severityOf(alert: string): string {
  if (alert === 'LlamascopeErrorBudgetBurnFast') return 'critical';
  return ALERTS.find(({ name }) => name === alert)?.severity ?? 'warning';
}

const STYLE =
  ':root{color-scheme:light dark}body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:16px/1.55 system-ui,sans-serif}pre{overflow-x:auto;padding:.75rem;border:1px solid #8886}code{font:14px ui-monospace,monospace}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse}td,th{text-align:left;padding:.4rem .8rem .4rem 0;border-bottom:1px solid #8886;vertical-align:top}';

export function runbookHtml(runbook: Runbook, options: PrintOptions): string {
  const { alert, meaning, impact, diagnosis, mitigation, falsePositives } = runbook;
  const steps = diagnosis.map((step) => {
    const code = step.query !== undefined ? printPromql(step.query, options) : step.command;
    return `<li>${inline(step.text)}${code === undefined ? '' : `<pre tabindex="0"><code>${escapeHtml(code)}</code></pre>`}</li>`;
  });
  return page(
    alert,
    `<p><a href="./">All runbooks</a> · severity ${severityOf(alert)}</p><h1>${alert}</h1>` +
      `<h2>Meaning</h2><p>${inline(meaning)}</p><h2>Impact</h2><p>${inline(impact)}</p>` +
      `<h2>Diagnosis</h2><p>${inline('`$GATEWAY` is the address of this page. With a token add `-H "Authorization: Bearer $TOKEN"`.')}</p><ol>${steps.join('')}</ol>` +
      `<h2>Mitigation</h2><ol>${mitigation.map((line) => `<li>${inline(line)}</li>`).join('')}</ol>` +
      `<h2>False positives</h2><p>${inline(falsePositives)}</p>`,
  );
}

export function runbookIndexHtml(runbooks: readonly Runbook[]): string {
  const rows = runbooks.map(
    ({ alert, meaning }) =>
      `<tr><td><a href="${alert}">${alert}</a></td><td>${severityOf(alert)}</td><td>${inline(meaning)}</td></tr>`,
  );
  return page(
    'Runbooks',
    `<h1>Runbooks</h1><table><thead><tr><th>alert</th><th>severity</th><th>meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
  );
}

/** The only style, by its hash in the policy of the answer. */
export const RUNBOOK_STYLE: string = STYLE;

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title} · Llamascope</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>\n`;
}

/** Code between backticks; everything else as it is. */
function inline(text: string): string {
  return escapeHtml(text).replace(/`([^`]*)`/g, '<code>$1</code>');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
