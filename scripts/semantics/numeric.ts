/** The little linear algebra that the training needs: matrices are flat arrays, row after row. */

/** Parameters with their moments (Kingma, Ba 2015). Rows that a step does not touch keep theirs. */
export class Adam {
  readonly value: Float32Array;
  readonly #pace: number;
  readonly #first: Float32Array;
  readonly #second: Float32Array;

  /** `pace` multiplies the rate. */
  constructor(value: Float32Array, pace = 1) {
    this.value = value;
    this.#pace = pace;
    this.#first = new Float32Array(value.length);
    this.#second = new Float32Array(value.length);
  }

  /** Moves `gradient.length` values from `start` on against their gradient. */
  step(gradient: Float32Array, rate: number, start = 0): void {
    const pace = rate * this.#pace;
    for (let i = 0; i < gradient.length; i++) {
      const at = start + i;
      const slope = gradient[i] as number;
      const first = 0.9 * (this.#first[at] as number) + 0.1 * slope;
      const second = 0.99 * (this.#second[at] as number) + 0.01 * slope * slope;
      this.#first[at] = first;
      this.#second[at] = second;
      this.value[at] = (this.value[at] as number) - (pace * first) / (Math.sqrt(second) + 1e-6);
    }
  }
}

/** Adds `factor` × row `from` of `source` to row `to` of `target`. */
export function addRow(
  target: Float32Array,
  to: number,
  source: Float32Array,
  from: number,
  width: number,
  factor = 1,
): void {
  const x = to * width;
  const y = from * width;
  for (let i = 0; i < width; i++)
    target[x + i] = (target[x + i] as number) + factor * (source[y + i] as number);
}

export function dotRows(a: Float32Array, i: number, b: Float32Array, j: number, width: number): number {
  let sum = 0;
  const x = i * width;
  const y = j * width;
  for (let k = 0; k < width; k++) sum += (a[x + k] as number) * (b[y + k] as number);
  return sum;
}

/** The first `count` principal axes of the first `rows` rows, as a `width` × `count` matrix, by orthogonal iteration. */
export function principalAxes(data: Float32Array, rows: number, width: number, count: number): Float32Array {
  const moments = new Float32Array(width * width);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < width; i++)
      addRow(moments, i, data, row, width, (data[row * width + i] as number) / rows);
  // As rows while iterating.
  const axes = new Float32Array(count * width);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < width; j++) axes[i * width + j] = Math.cos(1 + i * 31.7 + j * j);
  for (let round = 0; round < 60; round++) {
    const next = new Float32Array(axes.length);
    for (let i = 0; i < count; i++)
      for (let j = 0; j < width; j++) addRow(next, i, moments, j, width, axes[i * width + j]);
    axes.set(next);
    orthonormalise(axes, count, width);
  }
  const columns = new Float32Array(width * count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < width; j++) columns[j * count + i] = axes[i * width + j] as number;
  return columns;
}

function orthonormalise(rows: Float32Array, count: number, width: number): void {
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) addRow(rows, i, rows, j, width, -dotRows(rows, i, rows, j, width));
    const length = Math.sqrt(dotRows(rows, i, rows, i, width));
    for (let k = 0; k < width; k++) rows[i * width + k] = (rows[i * width + k] as number) / length;
  }
}

/** x with `matrix` x = `right`, by elimination with pivots. For a few unknowns. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): readonly number[] {
  const rows = matrix.map((row, i) => [...row, right[i] as number]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) =>
        Math.abs(row[column] as number) > Math.abs(best[column] as number) ? row : best,
      );
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const [at, row] of rows.entries()) {
      if (at === column) continue;
      const factor = (row[column] as number) / (pivot[column] as number);
      for (let i = column; i <= n; i++) row[i] = (row[i] as number) - factor * (pivot[i] as number);
    }
  }
  return rows.map((row, i) => (row[n] as number) / (row[i] as number));
}
