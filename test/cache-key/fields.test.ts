import { describe, expect, it } from 'vitest';
import {
  CACHE_KEY_FIELDS,
  requestWith,
  type FieldRow,
  type RouteFields,
} from '../../scripts/cache-key/fields.ts';
import { requestKeys, type RequestKeys } from '../../src/cache/key/request-key.ts';
import type { CanonicalRequest } from '../../src/core/answer.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { dialects } from '../../src/dialect/dialects.ts';
import { ROUTES } from '../../src/http/routes.ts';

/** Every row of docs/reference/cache-key.md, through the dialect and the key itself. */
function canonical(template: string, body: JsonObject): CanonicalRequest | null {
  const route = ROUTES.find((one) => one.template === template)!;
  const dialect = dialects[route.dialect];
  return dialect.canonicalRequest(route, dialect.readRequest(route, Buffer.from(JSON.stringify(body))));
}

function keys(request: CanonicalRequest): RequestKeys {
  return requestKeys(request, { tenant: 't', model: 'm', modelDigest: 'd', query: '' })!;
}

function check(fields: RouteFields, row: FieldRow): void {
  const base = canonical(fields.route, fields.base)!;
  const changed = canonical(fields.route, requestWith(fields, row));
  if (row.role === 'uncacheable') {
    expect(changed).toBeNull();
    return;
  }
  const same = { exact: keys(base).exact, scope: keys(base).scope };
  const { exact, scope } = keys(changed!);
  const equal = { exact: exact === same.exact, scope: scope === same.scope };
  if (row.role === 'scope') expect(equal).toEqual({ exact: false, scope: false });
  else if (row.role === 'text') expect(equal).toEqual({ exact: false, scope: true });
  else expect(equal).toEqual({ exact: true, scope: true });
  if (row.exactOnly === true) expect(changed!.semanticBlock).not.toBeNull();
  else expect(changed!.semanticBlock).toBe(base.semanticBlock);
}

describe.each(CACHE_KEY_FIELDS)('$route', (fields) => {
  it.each(fields.rows.map((row): [string, FieldRow] => [`${row.field}: ${row.role}`, row]))(
    '%s',
    (_name, row) => {
      check(fields, row);
    },
  );

  it('every row says something of its own', () => {
    const seen = fields.rows.map(({ field, role }) => `${field} ${role}`);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
