/** Llamascope as a library: `import { createGateway } from 'llamascope'`. */
export { createGateway, type Gateway, type GatewayDeps } from './gateway.ts';
export type { ReloadReport } from './gateway/reload.ts';
export type { Config, ConfigInput, UpstreamInput } from './config/config.ts';
export { ConfigError } from './config/problems.ts';
export type { GatewayEvent } from './core/events.ts';
export { GatewayError, type ErrorCode } from './core/errors.ts';
export type {
  BreakerSnapshot,
  CacheSnapshot,
  PoolSnapshot,
  QueueSnapshot,
  StateReader,
  UpstreamSnapshot,
} from './core/state.ts';
export { VERSION } from './version.ts';
