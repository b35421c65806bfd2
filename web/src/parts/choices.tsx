import type { JSX } from 'preact';

export interface ChoicesProps<Value> {
  /** What is chosen, for those who do not see it. */
  readonly label: string;
  readonly options: readonly (readonly [Value, string])[];
  readonly value: Value;
  readonly choose: (value: Value) => void;
}

/** One of a few, all in sight. */
export function Choices<Value extends string | number>({
  label,
  options,
  value,
  choose,
}: ChoicesProps<Value>): JSX.Element {
  return (
    <div class="choices" role="group" aria-label={label}>
      {options.map(([option, name]) => (
        <button type="button" key={option} aria-pressed={option === value} onClick={() => choose(option)}>
          {name}
        </button>
      ))}
    </div>
  );
}
