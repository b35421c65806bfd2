import { describe, expect, it } from 'vitest';
import { ENDPOINTS } from '../core/route.ts';
import { matchRoute, pathOf, ROUTES } from './routes.ts';

describe('the allow-list of routes', () => {
  it('finds every listed template with each of its methods', () => {
    for (const route of ROUTES) {
      const path = route.template.replace(':digest', 'sha256:ab12').replace(':model', 'org/name:7b');
      for (const method of route.methods) {
        expect(matchRoute(method, path)).toEqual({ found: 'route', route });
      }
    }
  });

  it('gives each endpoint of the metric contract exactly one route, `other` aside', () => {
    const labelled = ROUTES.map((route) => route.endpoint).filter((endpoint) => endpoint !== 'other');
    expect(labelled.toSorted()).toEqual(ENDPOINTS.filter((endpoint) => endpoint !== 'other').toSorted());
  });

  it.each([
    ['/debug/pprof', 'ollama'],
    ['/api/chat/', 'ollama'],
    ['/API/chat', 'ollama'],
    ['/api//chat', 'ollama'],
    ['/api/%63hat', 'ollama'],
    ['/v1/files', 'openai'],
    ['/v1/messages/batches', 'anthropic'],
    ['/api/blobs/', 'ollama'],
    ['/api/blobs/../../etc/passwd', 'ollama'],
    ['/v1/models/a/../../debug', 'openai'],
    ['/v1/models/a%2f..%2fb', 'openai'],
    ['/v1/models/%2e%2e', 'openai'],
    ['/v1/models/a b', 'openai'],
    ['http://elsewhere/api/chat', 'ollama'],
  ])('refuses %s in the shape of %s', (path, dialect) => {
    expect(matchRoute('POST', path)).toEqual({ found: 'nothing', dialect });
  });

  it('names the methods a path does have', () => {
    expect(matchRoute('GET', '/api/chat')).toEqual({ found: 'method', allow: ['POST'], dialect: 'ollama' });
    expect(matchRoute('POST', '/v1/models')).toEqual({ found: 'method', allow: ['GET'], dialect: 'openai' });
  });

  it('lets only what can be understood be cached', () => {
    const cacheable = ROUTES.filter((route) => route.cacheable).map((route) => route.template);
    expect(cacheable).toEqual([
      '/api/chat',
      '/api/generate',
      '/api/embed',
      '/api/embeddings',
      '/v1/chat/completions',
      '/v1/completions',
      '/v1/embeddings',
      '/v1/responses',
      '/v1/messages',
    ]);
  });

  it('takes the query off a target', () => {
    expect(pathOf('/api/tags?x=1?y')).toBe('/api/tags');
    expect(pathOf('/api/tags')).toBe('/api/tags');
  });
});
