import type { ComponentChildren, JSX } from 'preact';
import { usePage } from '../page-context.ts';
import { Panel } from './panel.tsx';

/** All panels of a view in the gateway's order. */
export function PanelGrid({ view }: { readonly view: string }): JSX.Element {
  const { snapshot } = usePage();
  const panels = snapshot.hello.views.find(({ id }) => id === view)?.panels ?? [];
  return (
    <div class="panels">
      {panels.map(({ id }) => (
        <Panel key={id} id={id} />
      ))}
    </div>
  );
}

/** What the view answers, above its panels. */
export function ViewTitle({
  view,
  children,
}: {
  readonly view: string;
  /** What can be done to all that the view shows. */
  readonly children?: ComponentChildren;
}): JSX.Element {
  const { snapshot } = usePage();
  const info = snapshot.hello.views.find(({ id }) => id === view);
  return (
    <header class="view-title">
      <div>
        <h1>{info?.title ?? view}</h1>
        {info !== undefined && <p class="note">{info.question}</p>}
      </div>
      {children}
    </header>
  );
}
