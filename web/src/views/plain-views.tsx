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

export function Slo(): JSX.Element {
  return (
    <>
      <ViewTitle view="slo" />
      <p class="note measure">
        Over fixed windows, whatever range is chosen above. Divide an error ratio by its budget (0.01 for an
        objective of 99 %) and you have the burn rate: above 14.4 over an hour, a month’s budget is gone in
        two days.
      </p>
      <PanelGrid view="slo" />
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
