import type { SemanticMatch } from '../../core/events.ts';
import type { Exchange } from '../../core/request.ts';
import type { SemanticFinding } from './semantic-tier.ts';

/** What is reported of a hit by meaning, so that a person can judge it; null when there was none. */
export function matchOf(finding: SemanticFinding | null, { request }: Exchange): SemanticMatch | null {
  if (finding === null || finding.hit === null) return null;
  const { asked } = finding;
  const { entry } = finding.hit;
  return {
    entryId: entry.id,
    request: request.id,
    model: request.facts.model,
    texts: () => ({ asked, stored: entry.text }),
  };
}
