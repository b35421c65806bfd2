/**
 * The composition root: builds every part from one configuration, wires them through the event seam, and
 * starts, drains and stops them. No decision about a request is made here.
 */
import { randomBytes } from 'node:crypto';
import { createCache } from './cache/cache.ts';
import type { Config, ConfigInput } from './config/config.ts';
import { resolveConfig } from './config/resolve.ts';
import { managementTemplates, pipelineOptions } from './gateway-options.ts';
import { dialects } from './dialect/dialects.ts';
import { chooseEmbedder, type EmbedderChoice } from './embedder-choice.ts';
import { createHandle } from './handle.ts';
import { createFetch, type Fetch } from './http/fetch.ts';
import { createListener, type Listener } from './http/listener.ts';
import { createOperations, type MetricsPage, type Operations } from './http/operations.ts';
import { createPipeline } from './pipeline.ts';
import { createUpstreams } from './pool/registry.ts';
import { createRetryStage } from './resilience/retry.ts';
