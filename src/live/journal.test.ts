import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE_EVENTS } from '../../test/telemetry/sample-events.ts';
import type { GatewayEvent, SemanticMatch } from '../core/events.ts';
import { modelId, requestId } from '../core/ids.ts';
import { createEventBus, type EventBus } from '../runtime/event-bus.ts';
import { ManualClock } from '../runtime/manual-clock.ts';
import { EventLog } from './event-log.ts';
import { Journal } from './journal.ts';

const match: SemanticMatch = {
  entryId: 'entry-1',
  request: requestId('request-1'),
  model: modelId('llama3.2:1b'),
  texts: () => ({ asked: 'Which city is the capital of France?', stored: 'What is the capital of France?' }),
};
const lookedUp = (change: object): GatewayEvent => ({
  ...SAMPLE_EVENTS['cache.looked-up'],
  result: 'hit-semantic',
  shadowHit: false,
  similarity: 0.93,
  match,
  ...change,
});

let bus: EventBus;
let journal: Journal;
const open = (showText: boolean): void => {
  journal = new Journal(bus, new EventLog(() => undefined), new ManualClock(), showText);
};
beforeEach(() => {
  bus = createEventBus();
});
afterEach(() => {
  journal.close();
});

describe('the list of semantic hits', () => {
  it('has what a person needs to judge one, and not its words', () => {
    open(false);
    bus.emit(lookedUp({}));
    expect(journal.hits).toMatchObject([
      {
        requestId: 'request-1',
        model: 'llama3.2:1b',
        similarity: 0.93,
        guard: 'passed',
        served: true,
        entryId: 'entry-1',
        text: null,
      },
    ]);
    expect(JSON.stringify(journal.hits)).not.toContain('France');
  });

  it('has the words where the configuration allows them', () => {
    open(true);
    bus.emit(lookedUp({}));
    expect(journal.hits[0]?.text).toEqual(match.texts());
  });

  it('has what shadow mode would have served, marked as not served, and no other lookups', () => {
    open(false);
    bus.emit(lookedUp({ result: 'miss', shadowHit: true }));
    bus.emit(lookedUp({ result: 'miss', shadowHit: false, match: null }));
    bus.emit(lookedUp({ result: 'hit-exact', match: null }));
    expect(journal.takeNewHits().map(({ served }) => served)).toEqual([false]);
    expect(journal.takeNewHits()).toEqual([]);
  });
});
