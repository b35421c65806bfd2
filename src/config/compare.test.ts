import { describe, expect, it } from 'vitest';
import { compareConfigs } from './compare.ts';
import type { Config, ConfigInput } from './config.ts';
import { ConfigError } from './problems.ts';
import { resolveConfig } from './resolve.ts';

const A = { name: 'a', url: 'http://127.0.0.1:1' };
const B = { name: 'b', url: 'http://127.0.0.1:2' };
const config = (more: Partial<ConfigInput> = {}): Config => resolveConfig({ upstreams: [A, B], ...more });

describe('comparing configurations', () => {
  it('finds nothing between equal ones', () => {
    const running = config();
    expect(compareConfigs(running, config())).toEqual({ effective: running, changed: [], needsRestart: [] });
  });

  it('names each key that differs, an upstream by its name, and never a value', () => {
    const next = config({
      upstreams: [
        { ...A, apiKey: 'secret', headers: { 'x-key': 'secret' } },
        { name: 'c', url: B.url },
      ],
      cache: { mode: 'on', ttlMs: 5 },
      admin: { token: 'secret' },
      allowManagement: ['pull'],
    });
    const { changed, needsRestart } = compareConfigs(config(), next);
    expect([...changed].sort()).toEqual([
      'admin.token',
      'allowManagement',
      'cache.mode',
      'cache.ttlMs',
      'upstreams.a',
      'upstreams.b',
      'upstreams.c',
    ]);
    expect(needsRestart).toEqual([]);
  });

  it('sees another order of the same upstreams', () => {
    expect(compareConfigs(config(), config({ upstreams: [B, A] })).changed).toEqual(['upstreams']);
  });

  it('leaves what only a start can change as it runs, whole, and applies the rest', () => {
    const running = config({ dashboard: { enabled: true } });
    const next = config({
      listen: '127.0.0.1:9',
      metrics: { enabled: false, prefix: 'x_' },
      dashboard: { enabled: false },
      retry: { max: 1 },
    });
    const { effective, changed, needsRestart } = compareConfigs(running, next);
    expect(needsRestart).toEqual(['listen', 'metrics.enabled', 'metrics.prefix', 'dashboard']);
    expect(changed).toEqual(['retry.max']);
    expect(effective).toEqual({ ...running, retry: { ...running.retry, max: 1 } });
  });

  it('refuses a token that goes while other machines still reach the operations plane', () => {
    const running = config({ listen: '0.0.0.0:9', admin: { token: 'secret' } });
    expect(() => compareConfigs(running, config({ listen: '127.0.0.1:9' }))).toThrow(ConfigError);
  });
});
