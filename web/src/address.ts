/** What is looked at stands in the address after `#`, so that a view can be bookmarked, shared and gone back to. */
import { useEffect, useState } from 'preact/hooks';

export const VIEWS = [
  'overview',
  'upstreams',
  'cache',
  'serving',
  'clients',
  'slo',
  'compare',
  'events',
  'runtime',
  'settings',
] as const;
export type View = (typeof VIEWS)[number];

export const VIEW_NAMES: Readonly<Record<View, string>> = {
  overview: 'Overview',
  upstreams: 'Upstreams',
  cache: 'Cache',
  serving: 'Serving',
  clients: 'Clients & cost',
  slo: 'SLO',
  compare: 'Before/after',
  events: 'Events',
  runtime: 'Gateway itself',
  settings: 'Settings',
};

/** Seconds, and how the picker writes them. */
export const RANGES: readonly (readonly [seconds: number, name: string])[] = [
  [300, '5 min'],
  [900, '15 min'],
  [3_600, '1 h'],
  [21_600, '6 h'],
  [86_400, '24 h'],
  [604_800, '7 d'],
  [2_592_000, '30 d'],
];
const DEFAULT_RANGE = 900;

export interface Address {
  readonly view: View;
  /** Seconds. */
  readonly range: number;
  /** Further choices by name: `upstream`, `kind`, `table`. */
  readonly filters: Readonly<Record<string, string>>;
}

export function readAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const { range, ...filters } = Object.fromEntries(new URLSearchParams(query)) as Record<string, string>;
  const seconds = Number(range);
  return {
    view: VIEWS.find((view) => view === path) ?? 'overview',
    range: RANGES.some(([known]) => known === seconds) ? seconds : DEFAULT_RANGE,
    filters,
  };
}

export function writeAddress({ view, range, filters }: Address): string {
  const query = new URLSearchParams(filters);
  if (range !== DEFAULT_RANGE) query.set('range', String(range));
  const text = query.toString();
  return `#/${view}${text === '' ? '' : `?${text}`}`;
}

/** The same view with some filters changed; an empty value takes one away. */
export function withFilters(address: Address, changes: Readonly<Record<string, string>>): Address {
  const filters = Object.fromEntries(
    Object.entries({ ...address.filters, ...changes }).filter(([, value]) => value !== ''),
  );
  return { ...address, filters };
}

export function go(address: Address): void {
  location.hash = writeAddress(address);
}

export function useAddress(): Address {
  const [address, setAddress] = useState(() => readAddress(location.hash));
  useEffect(() => {
    const changed = (): void => setAddress(readAddress(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return address;
}
