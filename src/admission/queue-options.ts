export interface PermitQueueOptions {
  /** How many permits there are. */
  readonly permits: number;
  /** How many may wait; 0 means nobody does. */
  readonly max: number;
  /** The longest wait, milliseconds. */
  readonly waitMs: number;
}

/** Throws a RangeError that names the upstream, the option and the value. */
export function checkQueueOptions(options: PermitQueueOptions, upstream: string): void {
  const whole = (key: 'permits' | 'max', least: number): void => {
    if (Number.isSafeInteger(options[key]) && options[key] >= least) return;
    const expected = `a whole number of at least ${String(least)}`;
    throw new RangeError(`queue of "${upstream}": ${key} must be ${expected}, got ${String(options[key])}`);
  };
  whole('permits', 1);
  whole('max', 0);
  if (!(options.waitMs >= 0)) {
    throw new RangeError(`queue of "${upstream}": waitMs must be at least 0, got ${String(options.waitMs)}`);
  }
}
