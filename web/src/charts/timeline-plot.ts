/** States over time, one row each: a hairline while all is well, a block while it is not, hatched in between. */
import type uPlot from 'uplot';
import { colour } from './colour.ts';
import { latest, type ChartData } from './model.ts';

export const ROW_HEIGHT = 34;
const BAR = 13;

/** What a value of the panel means to somebody who looks. */
function kindOf(value: number, unit: ChartData['unit']): 'well' | 'ill' | 'between' {
  if (unit === 'flag') return value >= 1 ? 'well' : 'ill';
  return value === 0 ? 'well' : value === 1 ? 'ill' : 'between';
}

function stateName(value: number, unit: ChartData['unit']): string {
  if (unit === 'flag') return value >= 1 ? 'healthy' : 'unhealthy';
  return value === 0 ? 'closed' : value === 1 ? 'open' : 'half open';
}

export function drawTimeline(plot: uPlot, data: ChartData): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const step = stepOf(data.times);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  data.lines.forEach((line, row) => {
    const top = bbox.top + row * ROW_HEIGHT * ratio;
    const bar = { top: top + 17 * ratio, height: BAR * ratio };
    ctx.font = `${11 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
    ctx.textBaseline = 'top';
    ctx.textAlign = 'left';
    ctx.fillStyle = colour('ink');
    ctx.fillText(line.label, bbox.left, top + 3 * ratio);
    const now = latest(line.values);
    if (now !== null) {
      ctx.textAlign = 'right';
      ctx.fillStyle = kindOf(now, data.unit) === 'well' ? colour('ink-3') : colour('bad');
      ctx.fillText(stateName(now, data.unit), bbox.left + bbox.width, top + 3 * ratio);
    }
    for (const run of runs(line.values)) {
      const left = plot.valToPos((data.times[run.from] ?? 0) - step, 'x', true);
      const right = plot.valToPos(data.times[run.to] ?? 0, 'x', true);
      drawRun(ctx, kindOf(run.value, data.unit), { left, width: Math.max(ratio * 2, right - left), ...bar });
    }
  });
  ctx.restore();
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function drawRun(ctx: CanvasRenderingContext2D, kind: 'well' | 'ill' | 'between', box: Box): void {
  const ratio = devicePixelRatio;
  if (kind === 'well') {
    ctx.fillStyle = colour('ok');
    ctx.fillRect(box.left, box.top + box.height / 2 - ratio, box.width, 2 * ratio);
    return;
  }
  if (kind === 'ill') {
    ctx.fillStyle = colour('bad');
    ctx.fillRect(box.left, box.top, box.width, box.height);
    return;
  }
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.left, box.top, box.width, box.height);
  ctx.clip();
  ctx.strokeStyle = colour('warn');
  ctx.lineWidth = 1.5 * ratio;
  ctx.beginPath();
  for (let x = box.left - box.height; x < box.left + box.width; x += 4 * ratio) {
    ctx.moveTo(x, box.top + box.height);
    ctx.lineTo(x + box.height, box.top);
  }
  ctx.stroke();
  ctx.strokeRect(box.left, box.top, box.width, box.height);
  ctx.restore();
}

/** Stretches of one value; a gap ends a stretch. */
function runs(values: readonly (number | null)[]): readonly { from: number; to: number; value: number }[] {
  const out: { from: number; to: number; value: number }[] = [];
  values.forEach((value, at) => {
    if (value === null || value === undefined) return;
    const last = out.at(-1);
    if (last !== undefined && last.to === at - 1 && last.value === value) last.to = at;
    else out.push({ from: at, to: at, value });
  });
  return out;
}

function stepOf(times: readonly number[]): number {
  const [first, second] = times;
  return first === undefined || second === undefined ? 1 : second - first;
}
