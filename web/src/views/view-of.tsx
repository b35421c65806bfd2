import type { JSX } from 'preact';
import type { View } from '../address.ts';
import { Cache } from './cache.tsx';
import { Compare } from './compare.tsx';
import { Events } from './events.tsx';
import { Overview } from './overview.tsx';
import { Clients, Runtime, Serving } from './plain-views.tsx';
import { Settings, type SettingsProps } from './settings.tsx';
import { Slo } from './slo.tsx';
import { Upstreams } from './upstreams.tsx';

export type ViewChoices = SettingsProps;

export function viewOf(view: View, choices: ViewChoices): JSX.Element {
  switch (view) {
    case 'overview':
      return <Overview />;
    case 'upstreams':
      return <Upstreams />;
    case 'cache':
      return <Cache />;
    case 'serving':
      return <Serving />;
    case 'clients':
      return <Clients />;
    case 'slo':
      return <Slo />;
    case 'compare':
      return <Compare />;
    case 'events':
      return <Events />;
    case 'runtime':
      return <Runtime />;
    case 'settings':
      return <Settings {...choices} />;
  }
}
