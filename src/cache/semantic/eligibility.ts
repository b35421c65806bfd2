/**
 * Texts that are never answered by similarity, however similar: their answer depends on when or by whom they
 * are asked, does something, or hangs on every character. Identical requests are still served where allowed.
 */
export type Ineligible = 'freshness' | 'personal' | 'side_effect' | 'long' | 'code' | 'empty';

const MAX_CHARACTERS = 2_000;
const MAX_WORDS = 300;

const FRESHNESS =
  /\b(?:today|tonight|tomorrow|yesterday|now|nowadays|currently|latest|newest|recent|recently|upcoming|breaking|this (?:week|month|year|morning|afternoon|evening|weekend|season)|(?:last|next) (?:week|month|year|night|weekend|season)|right now|at the moment|so far|as of|up to date|weather|forecast|stock price|exchange rate|what time is it|who won)\b/i;
const PERSONAL =
  /\b(?:my|mine|our|ours) (?!own\b)|\b(?:i am|i'm|i have|i've|i was|i had|i feel|i live|i work|i bought|i ordered|i paid|i lost|i need|i want|remember me|my name)\b/i;
const SIDE_EFFECT =
  /^(?:\s|please|could you|can you|would you|kindly|,)*(?:send|email|mail|post|publish|tweet|book|order|buy|purchase|pay|transfer|cancel|delete|remove|drop|schedule|call|text|message|notify|remind|submit|deploy|restart|shut ?down|reboot|turn (?:on|off)|switch (?:on|off)|set (?:an? )?(?:alarm|timer|reminder)|unsubscribe|subscribe|sign me|log me|play|pause|open|close|lock|unlock)\b/i;
const CODE =
  /```|^\s*(?:def |class |function |import |#include|SELECT .+ FROM|public |const |let |var )|[{};]\s*$|=>|<\/\w+>|\bTraceback \(most recent call last\)/im;

/** Null when the text may be answered by similarity, else why not. */
export function semanticEligibility(text: string): Ineligible | null {
  if (text.trim() === '') return 'empty';
  if (text.length > MAX_CHARACTERS || text.split(/\s+/).length > MAX_WORDS) return 'long';
  if (CODE.test(text)) return 'code';
  if (FRESHNESS.test(text)) return 'freshness';
  if (PERSONAL.test(text)) return 'personal';
  return SIDE_EFFECT.test(text) ? 'side_effect' : null;
}
