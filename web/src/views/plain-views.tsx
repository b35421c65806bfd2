/** Views that are a title and their panels, with at most a sentence on what they cannot show yet. */
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

export function Compare(): JSX.Element {
  return (
    <>
      <header class="view-title">
        <h1>Before/after</h1>
      </header>
      <section class="notice">
        <h2>No comparison has been run</h2>
        <p>
          A comparison sends the same load with the same faults twice: straight to the upstreams, and through
          the gateway. Ordinary traffic cannot show that difference, because nobody knows what would have
          become of it without protection. So this view stays empty rather than guess.
        </p>
        <p>What protection does to your own traffic is on the other views:</p>
        <ul class="bullets">
          <li>
            <a href="#/cache">Cache</a>: the share of requests that needed no upstream, and the time and
            tokens spared.
          </li>
          <li>
            <a href="#/upstreams">Upstreams &amp; breakers</a>: requests refused at once instead of waiting
            for an upstream that fails, and attempts that were made again elsewhere.
          </li>
        </ul>
      </section>
    </>
  );
}
