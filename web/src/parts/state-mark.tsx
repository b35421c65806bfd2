import type { JSX } from 'preact';

export type Health = 'ok' | 'warn' | 'bad' | 'idle';

/** A state by shape and colour: disc, triangle, square, ring. The words beside it say the same again. */
export function StateMark({
  health,
  size = 12,
}: {
  readonly health: Health;
  readonly size?: number;
}): JSX.Element {
  return (
    <svg class={`mark ${health}`} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {health === 'ok' && <circle cx="6" cy="6" r="5" fill="currentColor" />}
      {health === 'warn' && <path d="M6 .8 11.8 11.2H.2Z" fill="currentColor" />}
      {health === 'bad' && <rect x="1" y="1" width="10" height="10" fill="currentColor" />}
      {health === 'idle' && (
        <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.6" />
      )}
    </svg>
  );
}

export function StateWord({
  health,
  children,
}: {
  readonly health: Health;
  readonly children: string;
}): JSX.Element {
  return (
    <span class={`state ${health}`}>
      <StateMark health={health} size={10} />
      {children}
    </span>
  );
}
