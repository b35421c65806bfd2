/** What lies behind the lines of a chart: when breakers were open, and where a value becomes a concern. */
import type uPlot from 'uplot';
import { colour } from './colour.ts';
import type { ChartData, OpenSpan } from './model.ts';

/** Times with a breaker open, behind the lines: a wash, its edge, and a triangle at the top, so that it is a shape and not only a colour. */
export function drawMarks(plot: uPlot, marks: readonly OpenSpan[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top - 8 * ratio, bbox.width, bbox.height + 8 * ratio);
  ctx.clip();
  for (const span of marks) {
    const left = Math.max(bbox.left, plot.valToPos(span.from, 'x', true));
    const right = span.to === null ? bbox.left + bbox.width : plot.valToPos(span.to, 'x', true);
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    ctx.fillStyle = colour('bad-wash');
    ctx.fillRect(left, bbox.top, Math.max(right - left, ratio), bbox.height);
    if (left === bbox.left) continue;
    ctx.fillStyle = colour('bad');
    ctx.fillRect(Math.round(left), bbox.top, ratio, bbox.height);
    ctx.beginPath();
    ctx.moveTo(left - 4 * ratio, bbox.top - 7 * ratio);
    ctx.lineTo(left + 5 * ratio, bbox.top - 7 * ratio);
    ctx.lineTo(left + 0.5 * ratio, bbox.top);
    ctx.fill();
  }
  ctx.restore();
}

/** Limits within the axis, as dashed hairlines. */
export function drawThresholds(plot: uPlot, { thresholds }: ChartData): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales['y'] ?? {};
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const { at, level } of thresholds) {
    if (at <= min || at >= max) continue;
    const y = Math.round(plot.valToPos(at, 'y', true)) + 0.5;
    ctx.strokeStyle = colour(level);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}
