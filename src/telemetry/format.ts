/** The text that both exposition formats share: numbers, label values, help. */

export function formatNumber(value: number): string {
  if (Number.isFinite(value)) return `${value}`;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/**
 * A bucket bound as OpenMetrics wants it (`1.0`, not `1`), in the plain text format too: `le` is part of a series'
 * identity, and a Prometheus that changes format must not see new series.
 */
export function formatBound(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : formatNumber(bound);
}

const LABEL_ESCAPES = /[\\\n"]/g;
const HELP_ESCAPES = /[\\\n]/g;

function escapeCharacter(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

export function escapeLabel(value: string): string {
  return value.replace(LABEL_ESCAPES, escapeCharacter);
}

/** `name="value",…` without braces, in the order of `names`; empty for no labels. */
export function formatLabels(
  labels: Readonly<Record<string, string | number>>,
  names: readonly string[] = Object.keys(labels),
): string {
  let text = '';
  for (const name of names) {
    text += `${text === '' ? '' : ','}${name}="${escapeLabel(String(labels[name]))}"`;
  }
  return text;
}

/** OpenMetrics escapes quotes in help too; the text format must not. */
export function escapeHelp(help: string, openMetrics: boolean): string {
  return help.replace(openMetrics ? LABEL_ESCAPES : HELP_ESCAPES, escapeCharacter);
}

/** The lines before a family's series. `unit` only where the name ends with it, as OpenMetrics requires. */
export function familyHead(
  family: { name: string; help: string; type: string; unit: string | null },
  openMetrics: boolean,
): string {
  const { type, unit } = family;
  if (!openMetrics) {
    return `# HELP ${family.name} ${escapeHelp(family.help, false)}\n# TYPE ${family.name} ${type}\n`;
  }
  const name = type === 'counter' ? family.name.replace(/_total$/, '') : family.name;
  const unitLine = unit !== null && name.endsWith(`_${unit}`) ? `# UNIT ${name} ${unit}\n` : '';
  return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escapeHelp(family.help, true)}\n`;
}
