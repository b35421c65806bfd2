/**
 * Requests that belong together go to the same upstream, which has the beginning of their prompt in its cache: by
 * rendezvous hashing, so that an upstream that comes or goes moves only its own share, and bounded by load, so that one
 * busy client or prompt spills over to the next in line instead of waiting.
 */
import type { Exchange } from '../core/request.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { StickyMode } from './tuning.ts';

/** What is asked of an upstream here. */
interface Weighed {
  readonly name: string;
  /** As configured, and what it has of that now. */
  readonly options: { readonly weight: number };
  readonly weight: number;
  readonly assigned: number;
}

/** Of each text, as much as this decides: conversations that differ later share what matters to a prefix cache. */
const TEXT_LENGTH = 512;

/** What the request sticks by, or null when by nothing. */
export function stickyKey({ request, model }: Exchange, mode: StickyMode): string | null {
  if (mode === 'none' || request.route.lane !== 'generation') return null;
  if (mode === 'client') return `${model ?? ''}\n${request.client}`;
  const { json } = request.facts;
  return json === null ? null : `${model ?? ''}\n${beginning(json)}`;
}

/** What every later turn of the conversation begins with: instructions and the first question. */
function beginning(json: JsonObject): string {
  let text = textOf(json['system']) + textOf(json['instructions']);
  const turns = json['messages'] ?? json['input'] ?? json['prompt'];
  if (!Array.isArray(turns)) return text + textOf(turns);
  for (const turn of turns) {
    if (!isJsonObject(turn)) return text + textOf(turns[0]);
    text += `\n${textOf(turn['content'])}`;
    if (turn['role'] === 'user') break;
  }
  return text;
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value.slice(0, TEXT_LENGTH);
  if (!Array.isArray(value)) return '';
  let text = '';
  for (const part of value) if (isJsonObject(part) && typeof part['text'] === 'string') text += part['text'];
  return text.slice(0, TEXT_LENGTH);
}

/** The first in line for the key that has no more than `load` times its fair share of the work. */
export function pickSticky<C extends Weighed>(candidates: readonly C[], key: string, load: number): C {
  const hash = hashOf(key);
  let work = 1;
  let weights = 0;
  for (const one of candidates) {
    work += one.assigned;
    weights += one.weight;
  }
  let best: C | null = null;
  let bestScore = -Infinity;
  let idlest = candidates[0] as C;
  for (const one of candidates) {
    if (one.assigned / one.weight < idlest.assigned / idlest.weight) idlest = one;
    if (one.assigned + 1 > Math.ceil((load * work * one.weight) / weights)) continue;
    const score = scoreOf(one, hash);
    if (score <= bestScore) continue;
    best = one;
    bestScore = score;
  }
  return best ?? idlest;
}

/** Weighted rendezvous: `-weight / ln(u)` with u in (0, 1) from key and name. The configured weight: it does not ramp. */
function scoreOf(candidate: Weighed, hash: number): number {
  const u = (mix(hash ^ hashOf(candidate.name)) + 0.5) / 4_294_967_296;
  return -candidate.options.weight / Math.log(u);
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The finalizer of MurmurHash3: spreads every bit over all. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
