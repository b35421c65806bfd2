/**
 * Which questions may be answered from the answer to a similar one. Not those whose answer depends on the
 * moment, on who asks, or on doing something; not long ones and not code, where a small difference matters and
 * vectors do not show it. Such requests can still be served by the exact tier.
 */
export type IneligibleReason = 'empty' | 'long' | 'code' | 'freshness' | 'personal' | 'side_effect';

export const MAX_CHARACTERS = 2_000;
export const MAX_WORDS = 300;

const FRESHNESS =
  /\b(?:today|tonight|tomorrow|yesterday|now|nowadays|right now|currently|current|latest|newest|recent|recently|lately|upcoming|breaking (?:news|story)|live (?:score|scores|stream|streams|update|updates|result|results|traffic|coverage|broadcast|tv|now)|at the moment|at present|so far|as of|up to date|this (?:morning|afternoon|evening|week|weekend|month|quarter|year|season)|(?:last|next|past|coming) (?:night|few|week|weekend|month|quarter|year|season|hour|day|days|hours|weeks|months|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|what time is it|what(?:'s| is) the (?:time|date)|what day is it|weather (?:in|for|at|like)|forecast|stock price|share price|exchange rate|news|score of|trending|who won the game)\b/i;

/** Where "current" is a flow and no moment. */
const TIMELESS =
  /\b(?:how much|total|combined|maximum) current\b|\b(?:what|which) current (?:does|do|can|should|flows|will|would|is (?:drawn|needed|used))\b|\b(?:electric(?:al)?|direct|alternating|ocean|air|eddy|bias|leakage|thread) currents?\b|\bcurrent (?:flow|flows|density|divider|source|law|in a (?:wire|circuit|resistor))\b/gi;

/** The asker's own things and circumstances; "how do I" and "my" in a general how-to stay out of it where they can. */
const PERSONAL =
  /\b(?:my (?!(?:own )?(?:question|understanding|code\b))|mine\b|(?:am|was|were|should|would|could|have|had|did|will|shall) i\b(?! (?:use|do|install|write|be able))|i(?:'m| am|'ve| have| had|'d| was| got| live| work(?!ed out)| feel| think| lost| bought| ordered| paid| earn| weigh| own)|(?:about|for|remind) me\b|who am i|our (?!solar|planet|galaxy|universe|sun|moon|world|earth|body|bodies|atmosphere|species))/i;

/** Politeness and ignorance that put an "I" before a general question. */
const FRAMES =
  /\b(?:(?:can|could|would|will) you (?:please )?(?:tell|explain to|help|show|teach|remind|give) me|i(?:'m| am) (?:curious|wondering|not sure|interested in|looking for|trying to \w+)|i(?:'d| would) (?:like|love) (?:to (?:know|learn|understand|see|hear)|(?:a |some |an )?(?:list|example|examples|overview|explanation|summary))|i (?:have|had|'ve got|got) a (?:\w+ )?question|have a question|i was wondering|should i (?:use|know)|(?:when|where|why|(?:what|which|how)(?: \w+)?) (?:should|would|could) i|help me (?:understand|to understand)|for me)\b/gi;

/**
 * A command, politely or not, to do something rather than to tell something. Between two words of politeness
 * there is one way only to match what separates them: no backtracking over long runs.
 */
const SIDE_EFFECT =
  /^\W*(?:(?:please|pls|kindly|now|then|ok|okay|hey|hi|hello|can you|could you|would you|will you|go ahead and|i want you to|i need you to|i'd like (?:you )?to|i want to|i need to|i would like to|let's|help me)\b\W*)*(?:send|email|e-mail|mail|call|dial|text|message|book|reserve|schedule|reschedule|cancel|order|buy|purchase|pay|transfer|deposit|withdraw|delete|remove|erase|turn (?:on|off|up|down)|switch (?:on|off)|set|unset|reset|play|pause|resume|skip|open|close|lock|unlock|start|stop|restart|reboot|shut ?down|run|execute|deploy|publish|post|tweet|upload|download|submit|add|remind|enable|disable|activate|deactivate|report|block|unblock|freeze|unfreeze|update|change|rename|move|copy|save|log|record|subscribe|unsubscribe|invite|approve|reject|roll|flip|pick|surprise)\b/i;

const CODE =
  /```|`[^`\n]{3,}`|^\s*(?:import |from \w+ import|def |class |function |const |let |var |public |private |#include|SELECT |INSERT |UPDATE |DELETE )|[{};]\s*$|=>|<\/?[a-z][\w-]*(?:\s[^<>]*)?>|\w\([^)\n]{0,200}\)\s*[;{]|^\s*at .+:\d+:\d+\)?$|Traceback \(most recent/m;

/** Null when a similar question's answer may be served, else the reason why not. Linear in at most `MAX_CHARACTERS`. */
export function semanticEligibility(text: string): IneligibleReason | null {
  if (text.length > MAX_CHARACTERS) return 'long';
  const trimmed = text.trim();
  if (trimmed === '') return 'empty';
  if (countWords(trimmed) > MAX_WORDS) return 'long';
  if (CODE.test(trimmed)) return 'code';
  if (FRESHNESS.test(trimmed) && FRESHNESS.test(trimmed.replace(TIMELESS, ' '))) return 'freshness';
  if (PERSONAL.test(trimmed) && PERSONAL.test(trimmed.replace(FRAMES, ' '))) return 'personal';
  return SIDE_EFFECT.test(trimmed) ? 'side_effect' : null;
}

function countWords(text: string): number {
  let words = 0;
  let inside = false;
  for (let i = 0; i < text.length; i++) {
    const space = text.charCodeAt(i) <= 32;
    if (!space && !inside) words += 1;
    inside = !space;
  }
  return words;
}
