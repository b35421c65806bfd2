/** Views that are a title and their panels, with at most a sentence on how to read them. */
import type { JSX } from 'preact';
import { PanelGrid, ViewTitle } from '../parts/panel-grid.tsx';

export function Serving(): JSX.Element {
  return (
    <>
      <ViewTitle view="serving" />
      <PanelGrid view="serving" />
    </>
  );
}

export function Clients(): JSX.Element {
  return (
    <>
      <ViewTitle view="clients" />
      <p class="note measure">
        By endpoint, by source and by model. Single clients are not told apart in metrics yet, and prices are
        not known: tokens are what a bill would count.
      </p>
      <PanelGrid view="clients" />
    </>
  );
}

export function Runtime(): JSX.Element {
  return (
    <>
      <ViewTitle view="runtime" />
      <PanelGrid view="runtime" />
    </>
  );
}
