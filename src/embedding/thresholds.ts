/**
 * The cosine from which two questions count as the same, by embedding model, to be used **with** the lexical
 * guard and never without it. Cosines of different models are not comparable, so there is no one number.
 *
 * Measured here (bench/guard-quality.ts): `potion-base-2m` and `use-lite`, each the highest hundredth at which nine of
 * ten paraphrases of the tuning half are kept. All others are starting values, set high on purpose: shadow mode shows what a lower one would have served before anybody relies on it.
 */
const THRESHOLDS: Readonly<Record<string, number>> = {
  'potion-base-2m': 0.8,
  'use-lite': 0.72,
  // Not meant to decide alone: its pair scorer does. Low, because names weigh so much in its vectors.
  builtin: 0.4,

  // Starting values, not measured here.
  'all-minilm': 0.85,
  'paraphrase-multilingual': 0.88,
  'nomic-embed-text': 0.88,
  'nomic-embed-text-v2-moe': 0.88,
  'mxbai-embed-large': 0.88,
  'bge-m3': 0.86,
  'bge-large': 0.9,
  'snowflake-arctic-embed': 0.9,
  'snowflake-arctic-embed2': 0.86,
  'granite-embedding': 0.9,
  embeddinggemma: 0.88,
  'qwen3-embedding': 0.88,
  'text-embedding-3-small': 0.82,
  'text-embedding-3-large': 0.82,
  'text-embedding-ada-002': 0.95,
};

/** For a model that nobody has measured: few hits, and hardly a wrong one. */
export const UNKNOWN_MODEL_THRESHOLD = 0.93;

/**
 * What some models want in front of a text when two questions are compared with each other. Part of an
 * embedder's identity.
 */
const PREFIXES: Readonly<Record<string, string>> = {
  'nomic-embed-text': 'clustering: ',
  'nomic-embed-text-v2-moe': 'clustering: ',
  embeddinggemma: 'task: sentence similarity | query: ',
};

/** Takes a model's name in any usual form: with a namespace, a tag, a quantisation, or capitals. */
export function recommendedThresholdFor(model: string): number {
  const family = familyOf(model);
  const known = Object.hasOwn(THRESHOLDS, family) ? THRESHOLDS[family] : undefined;
  return known ?? UNKNOWN_MODEL_THRESHOLD;
}

export function recommendedPrefixFor(model: string): string {
  const family = familyOf(model);
  return (Object.hasOwn(PREFIXES, family) ? PREFIXES[family] : undefined) ?? '';
}

function familyOf(model: string): string {
  const bare = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  const colon = bare.indexOf(':');
  const name = (colon === -1 ? bare : bare.slice(0, colon)).replace(/-int8$/, '');
  if (Object.hasOwn(THRESHOLDS, name)) return name;
  // `all-minilm-l6-v2` and `nomic-embed-text-v1.5` belong to the family that their name starts with.
  let family = name;
  let length = 0;
  for (const known of Object.keys(THRESHOLDS)) {
    if (known.length > length && name.startsWith(`${known}-`)) {
      family = known;
      length = known.length;
    }
  }
  return family;
}
