import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import { valueFromSchema } from './json-schema.ts';

const fill = { text: (): string => 'red apples', number: (): number => 7.4 };
const build = (schema: JsonObject): unknown => valueFromSchema(schema, fill);

describe('a value from a JSON schema', () => {
  it.each([
    [{ type: 'string' }, 'red apples'],
    [{}, 'red apples'],
    [{ type: 'string', maxLength: 3 }, 'red'],
    [{ type: 'string', minLength: 12 }, 'red apples..'],
    [{ type: 'integer' }, 7],
    [{ type: 'number' }, 7.4],
    [{ type: 'integer', minimum: 10 }, 10],
    [{ type: 'integer', maximum: 3 }, 3],
    [{ type: 'integer', exclusiveMinimum: 7, exclusiveMaximum: 9 }, 8],
    [{ type: 'boolean' }, true],
    [{ type: 'null' }, null],
    [{ type: ['null', 'integer'] }, 7],
    [{ const: 'x' }, 'x'],
    [{ enum: ['green', 'red'] }, 'red'],
    [{ enum: [1, 2] }, 1],
    [{ enum: [] }, null],
    [{ type: 'array', items: { type: 'integer' } }, [7]],
    [{ items: { type: 'boolean' }, minItems: 2 }, [true, true]],
    [{ type: 'array' }, ['red apples']],
    [{ type: 'array', prefixItems: [{ type: 'integer' }, {}, true] }, [7, 'red apples', 'red apples']],
    [{ properties: { a: { type: 'boolean' }, b: true } }, { a: true, b: 'red apples' }],
    [{ type: 'object' }, {}],
    [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, 7],
    [{ oneOf: [{ type: 'boolean' }], description: 'x' }, true],
    [{ anyOf: [] }, 'red apples'],
    [
      { allOf: [{ properties: { a: { type: 'integer' } } }, { properties: { b: { type: 'boolean' } } }] },
      { a: 7, b: true },
    ],
    [
      {
        properties: { pet: { $ref: '#/$defs/pet' } },
        $defs: { pet: { properties: { legs: { type: 'integer', maximum: 4 } } } },
      },
      { pet: { legs: 4 } },
    ],
    [{ $ref: '#/nowhere' }, 'red apples'],
    [{ $ref: 'https://example.com/schema' }, 'red apples'],
  ] as [JsonObject, unknown][])('%j gives %j', (schema, value) => {
    expect(build(schema)).toEqual(value);
  });

  it('ends for a schema that contains itself', () => {
    const schema = { properties: { name: { type: 'string' }, child: { $ref: '#' } } };
    expect(JSON.stringify(build(schema)).length).toBeLessThan(2_000);
  });
});
