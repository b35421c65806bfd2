// Written by scripts/semantics/build.ts; see NOTICE for what it was fitted to.
import type { OpinionWeights } from './second-opinion.ts';

// prettier-ignore
export const USE_LITE_OPINION: OpinionWeights = {
  version: "5af56a4185b5",
  score: 0.649714,
  cosine: 7.14729,
  shift: -4.32199,
  from: 0.5,
  threshold: 0.85,
};
