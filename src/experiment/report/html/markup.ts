/** Markup as text, escaped where it is made. */
export type Attributes = Readonly<Record<string, string | number | null>>;

export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(
      ([key, value]) => ` ${key}="${escapeText(typeof value === 'number' ? short(value) : String(value))}"`,
    )
    .join('');
  return `<${name}${given}>${children.join('')}</${name}>`;
}

export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

/** Coordinates need no more than a tenth of a pixel. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A drawing that scales with the page; `label` is what it shows, for those who cannot see it. */
export function drawing(
  width: number,
  height: number,
  label: string,
  ...children: readonly string[]
): string {
  return element(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, class: 'drawing' },
    ...children,
  );
}

export function label(x: number, y: number, content: string, classes = '', anchor = 'start'): string {
  return element('text', { x, y, class: classes, 'text-anchor': anchor }, escapeText(content));
}

export function line(x1: number, y1: number, x2: number, y2: number, classes: string): string {
  return element('line', { x1, y1, x2, y2, class: classes });
}

/** Positions on a line of `length` from `from`, for values from 0 to `most`. */
export function scale(most: number, from: number, length: number): (value: number) => number {
  return (value) => from + (most === 0 ? 0 : (Math.min(value, most) / most) * length);
}

/** Round values that divide 0 to `most` into four to eight parts. */
export function ticks(most: number): readonly number[] {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, Number.MIN_VALUE)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? power;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => index * step);
}
