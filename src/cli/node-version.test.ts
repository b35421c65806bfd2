import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { unsupportedNode } from './node-version.ts';

it.each(['22.19.0', '22.20.1', '23.0.0', '24.21.0', process.versions.node])('Node %s will do', (version) => {
  expect(unsupportedNode(version)).toBeNull();
});

it.each(['20.20.2', '22.18.9', '18.0.0'])('Node %s is refused', (version) => {
  expect(unsupportedNode(version)).toBe(`llamascope needs Node 22.19 or later, this is ${version}`);
});

it('agrees with package.json', () => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  expect(JSON.parse(manifest)).toMatchObject({ engines: { node: '>=22.19' } });
});
