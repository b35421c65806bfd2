import type { ComponentChildren, JSX } from 'preact';
import { StateMark, type Health } from './state-mark.tsx';

export interface TileProps {
  readonly name: string;
  readonly value: string;
  /** Set only when the figure itself is a matter of concern. */
  readonly health?: Health | undefined;
  readonly children?: ComponentChildren;
}

/** One figure that answers one question. */
export function Tile({ name, value, health, children }: TileProps): JSX.Element {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <span class={`tile-value ${health === 'bad' || health === 'warn' ? health : ''}`}>{value}</span>
        <span class="tile-note">
          {(health === 'bad' || health === 'warn') && <StateMark health={health} size={9} />}
          {children}
        </span>
      </dd>
    </div>
  );
}

export function Tiles({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <dl class="tiles stale-able" aria-label={label}>
      {children}
    </dl>
  );
}
