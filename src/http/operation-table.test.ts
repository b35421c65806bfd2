import { describe, expect, it } from 'vitest';
import { jsonReply, type OperationRoute } from './operation-route.ts';
import { OperationTable } from './operation-table.ts';

const route = (method: OperationRoute['method'], path: string): OperationRoute => ({
  method,
  path,
  handle: () => jsonReply(path),
});

const table = new OperationTable([
  route('GET', '/admin/breakers'),
  route('GET', '/admin/breakers/{name}'),
  route('POST', '/admin/breakers/{name}/isolate'),
  route('POST', '/admin/breakers/all/isolate'),
  route('GET', '/dashboard/{path...}'),
  route('GET', '/dashboard/api/history'),
]);

describe('the table of operations', () => {
  it.each([
    ['GET', '/admin/breakers', '/admin/breakers', {}],
    ['HEAD', '/admin/breakers', '/admin/breakers', {}],
    ['GET', '/admin/breakers/gpu%2F7', '/admin/breakers/{name}', { name: 'gpu/7' }],
    ['POST', '/admin/breakers/a/isolate', '/admin/breakers/{name}/isolate', { name: 'a' }],
    ['POST', '/admin/breakers/all/isolate', '/admin/breakers/all/isolate', {}],
    ['GET', '/dashboard/', '/dashboard/{path...}', { path: '' }],
    ['GET', '/dashboard/assets/app.js', '/dashboard/{path...}', { path: 'assets/app.js' }],
    ['GET', '/dashboard/api/history', '/dashboard/api/history', {}],
  ])('%s %s is %s', (method, path, found, params) => {
    const match = table.match(method, path);
    expect(match.route?.path).toBe(found);
    expect('params' in match && match.params).toEqual(params);
  });

  it('says which methods a path has, and none for an unknown path', () => {
    expect(table.match('DELETE', '/admin/breakers/a')).toEqual({ route: null, allow: ['GET', 'HEAD'] });
    expect(table.match('GET', '/admin/breakers/a/isolate')).toEqual({ route: null, allow: ['POST'] });
    for (const path of ['/admin/nothing', '/admin/breakers/', '/admin/breakers/%zz', '/dashboard', '/'])
      expect(table.match('GET', path)).toEqual({ route: null, allow: [] });
  });

  it('owns what lies below its roots', () => {
    expect(['/admin/x', '/dashboard', '/api/chat', '/'].map((path) => table.owns(path))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('takes no two routes of one shape', () => {
    expect(() => new OperationTable([route('GET', '/a/{x}'), route('GET', '/a/{y}')])).toThrow(
      new TypeError('operations: GET /a/{y} is there twice'),
    );
  });
});
