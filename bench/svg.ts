/** Plots as SVG that reads in light and in dark: colours follow the reader's scheme, lines differ in more than colour. */
export interface Series {
  readonly name: string;
  /** Sorted by x. */
  readonly points: readonly (readonly [number, number])[];
  readonly style: 'line' | 'dashed' | 'dots';
}

export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

export interface Axis {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 64;
const RIGHT = 190;
const TOP = 44;
const BOTTOM = 56;
const COLOURS = [
  ['#0b62c4', '#6cb0ff'],
  ['#b3400d', '#ff9d66'],
  ['#1a7f37', '#57d37d'],
  ['#7a3fb8', '#c79bff'],
  ['#8a6d00', '#e2c33f'],
  ['#5f6672', '#aab2c0'],
] as const;

export function drawPlot({ title, x, y, series }: Plot): string {
  const px = (value: number): number => LEFT + ((value - x.min) / (x.max - x.min)) * (WIDTH - LEFT - RIGHT);
  const py = (value: number): number =>
    HEIGHT - BOTTOM - ((value - y.min) / (y.max - y.min)) * (HEIGHT - TOP - BOTTOM);
  const grid = [
    ...x.ticks.map((tick) => {
      const at = round(px(tick));
      return `<line class="g" x1="${at}" x2="${at}" y1="${String(TOP)}" y2="${String(HEIGHT - BOTTOM)}"/><text x="${at}" y="${String(HEIGHT - BOTTOM + 18)}" text-anchor="middle">${x.format(tick)}</text>`;
    }),
    ...y.ticks.map((tick) => {
      const at = round(py(tick));
      return `<line class="g" x1="${String(LEFT)}" x2="${String(WIDTH - RIGHT)}" y1="${at}" y2="${at}"/><text x="${String(LEFT - 8)}" y="${at}" dy="4" text-anchor="end">${y.format(tick)}</text>`;
    }),
  ];
  const inside = (value: number, axis: Axis): boolean => value >= axis.min && value <= axis.max;
  const drawn = series.map(({ points, style }, i) => {
    const shown = points.filter(([a, b]) => inside(a, x) && inside(b, y));
    if (style === 'dots')
      return shown
        .map(([a, b]) => `<circle class="f${String(i)}" cx="${round(px(a))}" cy="${round(py(b))}" r="5"/>`)
        .join('');
    const path = shown.map(([a, b], at) => `${at === 0 ? 'M' : 'L'}${round(px(a))} ${round(py(b))}`).join('');
    return `<path class="s${String(i)}${style === 'dashed' ? ' d' : ''}" d="${path}"/>`;
  });
  const legend = series.map(({ name, style }, i) => {
    const at = TOP + 10 + i * 22;
    const from = WIDTH - RIGHT + 16;
    const mark =
      style === 'dots'
        ? `<circle class="f${String(i)}" cx="${String(from + 12)}" cy="${String(at)}" r="5"/>`
        : `<path class="s${String(i)}${style === 'dashed' ? ' d' : ''}" d="M${String(from)} ${String(at)}h24"/>`;
    return `${mark}<text x="${String(from + 32)}" y="${String(at)}" dy="4">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img" aria-label="${title}">
<style>${css()}</style>
<rect class="b" width="100%" height="100%" rx="6"/>
<text class="t" x="${String(LEFT)}" y="24">${title}</text>
${grid.join('\n')}
${drawn.join('\n')}
${legend.join('\n')}
<text x="${String((LEFT + WIDTH - RIGHT) / 2)}" y="${String(HEIGHT - 14)}" text-anchor="middle">${x.label}</text>
<text transform="translate(16 ${String((TOP + HEIGHT - BOTTOM) / 2)}) rotate(-90)" text-anchor="middle">${y.label}</text>
</svg>
`;
}

export interface Bars {
  readonly title: string;
  /** `own`: what it is all about. */
  readonly bars: readonly { readonly name: string; readonly value: number; readonly own: boolean }[];
  readonly format: (value: number) => string;
}

const BAR_LEFT = 330;
const BAR_HEIGHT = 30;

/** From the left, by a common scale from nothing to the longest. */
export function drawBars({ title, bars, format }: Bars): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const height = TOP + bars.length * BAR_HEIGHT + 16;
  const drawn = bars.map(({ name, value, own }, i) => {
    const at = TOP + i * BAR_HEIGHT;
    const length = (value / most) * (WIDTH - BAR_LEFT - 80);
    return `<text x="${String(BAR_LEFT - 10)}" y="${String(at + 17)}" text-anchor="end">${name}</text><rect class="f${own ? '0' : '5'}" x="${String(BAR_LEFT)}" y="${String(at + 4)}" width="${round(Math.max(1, length))}" height="18" rx="2"/><text x="${round(BAR_LEFT + length + 8)}" y="${String(at + 17)}">${format(value)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(height)}" role="img" aria-label="${title}">
<style>${css()}</style>
<rect class="b" width="100%" height="100%" rx="6"/>
<text class="t" x="16" y="24">${title}</text>
${drawn.join('\n')}
</svg>
`;
}

function css(): string {
  const colours = (scheme: 0 | 1): string =>
    COLOURS.map(
      (pair, i) => `.s${String(i)}{stroke:${pair[scheme]}}.f${String(i)}{fill:${pair[scheme]}}`,
    ).join('');
  return `text{font:13px system-ui,sans-serif;fill:#1f2328}.t{font-weight:600;font-size:15px}.b{fill:#fff}.g{stroke:#d8dee4}path{fill:none;stroke-width:2.2}.d{stroke-dasharray:6 4}${colours(0)}@media (prefers-color-scheme:dark){text{fill:#e6edf3}.b{fill:#0d1117}.g{stroke:#30363d}${colours(1)}}`;
}

function round(value: number): string {
  return value.toFixed(1);
}
