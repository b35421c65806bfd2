/**
 * What the page may do to the gateway: only what the gateway says it offers, through the same routes as the command line,
 * from our own origin (the browser sends `Origin`, the gateway checks it), with the token when one is asked for.
 */
import type { ActionId, ActionInfo } from '../../src/live/protocol.ts';
import { problemOf } from './feed/event-stream.ts';
import type { ActionRequest } from './page-context.ts';
import { authorisation } from './token.ts';

export interface ActionWords {
  readonly title: (subject: string) => string;
  /** What will happen, and how it is undone. */
  readonly effect: readonly string[];
  readonly verb: string;
  readonly done: (subject: string) => string;
}

export const ACTION_WORDS: Readonly<Record<ActionId, ActionWords>> = {
  'breaker.isolate': {
    title: (name) => `Isolate breaker ${name}?`,
    effect: [
      'It opens now and stays open until it is reset: no request is sent through it.',
      'Requests already running are not cut. Others go to another upstream, or are refused with 503.',
    ],
    verb: 'Isolate',
    done: (name) => `Breaker ${name} is isolated`,
  },
  'breaker.reset': {
    title: (name) => `Reset breaker ${name}?`,
    effect: [
      'It closes now and its failure count starts at 0: requests are sent again at once.',
      'If the upstream still fails, it opens again after the usual number of failures.',
    ],
    verb: 'Reset',
    done: (name) => `Breaker ${name} was reset`,
  },
  'upstream.drain': {
    title: (name) => `Drain upstream ${name}?`,
    effect: [
      'It takes no new requests; those that run may end. Use it before you restart or update the machine.',
      'Its models stay loaded. "Resume" takes it back.',
    ],
    verb: 'Drain',
    done: (name) => `Upstream ${name} takes no new requests`,
  },
  'upstream.resume': {
    title: (name) => `Take upstream ${name} back?`,
    effect: ['It takes requests again at once.'],
    verb: 'Resume',
    done: (name) => `Upstream ${name} takes requests again`,
  },
  'cache.purge': {
    title: () => 'Purge the whole cache?',
    effect: [
      'Every stored answer is removed. The next request for each question goes to an upstream.',
      'This cannot be undone.',
    ],
    verb: 'Purge',
    done: () => 'The cache was purged',
  },
  'cache.forget': {
    title: () => 'Remove this answer from the cache?',
    effect: ['The stored answer is removed; the next such question goes to an upstream.'],
    verb: 'Remove',
    done: () => 'The answer was removed from the cache',
  },
  'cache.judge': {
    title: () => 'Was this hit wrong?',
    effect: [
      'The stored answer is removed, and the pair is recorded as a wrong hit.',
      'Recorded pairs are what the cache measures its rate of wrong hits with.',
    ],
    verb: 'It was wrong',
    done: () => 'Recorded as a wrong hit',
  },
  'config.reload': {
    title: () => 'Reload the configuration?',
    effect: [
      'The file is read again and checked. If it is in order the gateway changes over without dropping a request.',
      'If it is not, nothing changes and the reason is shown.',
    ],
    verb: 'Reload',
    done: () => 'The configuration was reloaded',
  },
  'baseline.set': {
    title: () => 'Set the last hour as the baseline?',
    effect: [
      'Its figures are stored, and everything from now on is shown against them. A baseline set before is replaced.',
      'No request is touched. It is refused when there was no traffic.',
    ],
    verb: 'Set baseline',
    done: () => 'The baseline is set',
  },
  'baseline.clear': {
    title: () => 'Clear the baseline?',
    effect: ['The stored figures are forgotten. This cannot be undone.'],
    verb: 'Clear',
    done: () => 'The baseline is cleared',
  },
};

export async function perform(action: ActionInfo, { subject, body }: ActionRequest): Promise<void> {
  const path = action.path.replace(/\{\w+(\.\.\.)?\}/, encodeURIComponent(subject));
  // The page may stand below a prefix that a proxy took off; the operations plane is one step above it.
  const url = new URL(`..${path}`, new URL('./', location.href));
  const response = await fetch(url, {
    method: action.method,
    headers: { ...authorisation(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw await problemOf(response);
}
