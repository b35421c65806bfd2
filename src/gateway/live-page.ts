import type { Config } from '../config/config.ts';
import { judge } from '../health.ts';
import { Live, type LivePage } from '../live/live.ts';
import type { Parts } from './parts.ts';

/** What it reads. */
export type LivePageParts = Pick<
  Parts,
  'bus' | 'clock' | 'telemetry' | 'state' | 'facts' | 'log' | 'instance'
>;

/** Null when there is nothing to show: the page or the metrics are switched off. Samples from now on. */
export function createLivePage(
  config: Config,
  parts: LivePageParts,
  tokenNeeded: () => boolean,
): LivePage | null {
  const { telemetry, state, facts, log } = parts;
  if (!config.dashboard.enabled || telemetry.metrics === null) return null;
  const live = new Live(config.dashboard, {
    ...parts,
    metrics: telemetry.metrics,
    version: facts().version,
    node: process.version,
    startedAt: facts().startedAt,
    session: parts.instance,
    prefix: config.metrics.prefix,
    url: `http://${config.listen}`,
    health: () => judge(state, facts()),
    tokenNeeded,
    objectives: config.slo,
    warn: (message) => {
      log.logger.warn(message);
    },
  });
  void live.start();
  return live;
}
