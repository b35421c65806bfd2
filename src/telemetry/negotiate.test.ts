import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { negotiate } from './negotiate.ts';

const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';

describe('negotiate', () => {
  it.each([
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/plain', 'text'],
    ['text/*', 'text'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text'],
    ['application/json', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    ['application/*', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version="1.0.0"', 'openmetrics'],
    ['application/openmetrics-text; version=0.0.1', 'text'],
    ['application/openmetrics-text;q=0.3, text/plain;q=0.7', 'text'],
    ['application/openmetrics-text;q=0.7, text/plain;q=0.3', 'openmetrics'],
    ['application/openmetrics-text;q=0, */*', 'text'],
    ['text/plain;q=0, */*', 'openmetrics'],
    ['application/openmetrics-text;q=0.5, */*;q=0.5', 'openmetrics'],
    ['application/openmetrics-text, text/plain', 'text'],
    ['application/openmetrics-text;q=nonsense', 'openmetrics'],
    ['application/openmetrics-text;q=', 'openmetrics'],
    ['application/openmetrics-text;q=0.2,application/openmetrics-text;q=0.9,text/plain;q=0.5', 'openmetrics'],
    [PROMETHEUS_2, 'openmetrics'],
    [PROMETHEUS_3, 'openmetrics'],
  ])('answers %j with %s', (accept, format) => {
    expect(negotiate(accept)).toBe(format);
  });

  it('answers any header with one of the two', () => {
    const piece = fc.constantFrom(
      'text/plain',
      'application/openmetrics-text',
      '*/*',
      ';q=',
      ';',
      ',',
      '=',
      '0.5',
      '"',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (accept) => {
          expect(['text', 'openmetrics']).toContain(negotiate(accept));
        },
      ),
    );
  });
});
