/** Every view with its panels, in the order in which they are shown. */
import { admissionPanels } from './admission.ts';
import { cachePanels } from './cache.ts';
import { cacheSafetyPanels, cacheStorePanels } from './cache-safety.ts';
import { clientPanels } from './clients.ts';
import { overviewPanels } from './overview.ts';
import type { Panel, View } from './panel.ts';
import { livePanels, runtimePanels } from './runtime.ts';
import { servingPanels } from './serving.ts';
import { sloPanels } from './slo.ts';
import { poolPanels, upstreamPanels } from './upstreams.ts';

export const VIEWS: readonly View[] = [
  { id: 'overview', title: 'Overview', question: 'Are we fine?', panels: overviewPanels },
  {
    id: 'upstreams',
    title: 'Upstreams & breakers',
    question: 'Which upstream is the problem, and what keeps it away from clients?',
    panels: [...upstreamPanels, ...admissionPanels, ...poolPanels],
  },
  {
    id: 'cache',
    title: 'Cache',
    question: 'Is the cache worth it, and is it safe?',
    panels: [...cachePanels, ...cacheSafetyPanels, ...cacheStorePanels],
  },
  { id: 'serving', title: 'Serving', question: 'Where does the time go?', panels: servingPanels },
  { id: 'clients', title: 'Clients & cost', question: 'Who asks for what?', panels: clientPanels },
  { id: 'slo', title: 'SLO', question: 'Do we keep our promises?', panels: sloPanels },
  {
    id: 'runtime',
    title: 'Runtime',
    question: 'How is the gateway itself?',
    panels: [...runtimePanels, ...livePanels],
  },
];

export const PANELS: ReadonlyMap<string, Panel> = new Map(
  VIEWS.flatMap(({ panels }) => panels.map((panel) => [panel.id, panel] as const)),
);
