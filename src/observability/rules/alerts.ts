/**
 * The alerts. Each says something that somebody can act on, needs enough traffic to mean something, and stays quiet when
 * the gateway is idle. Critical: clients are hurt now. Warning: they will be, or something is wasted. Every one has a
 * runbook of its own name, and a test for when it fires and when it does not.
 */
import { breakerAlerts } from './alerts-breakers.ts';
import { cacheAlerts } from './alerts-cache.ts';
import { gatewayAlerts } from './alerts-gateway.ts';
import { servingAlerts } from './alerts-serving.ts';
import type { Alert } from './rule.ts';

export const ALERTS: readonly Alert[] = [
  ...gatewayAlerts,
  ...breakerAlerts,
  ...servingAlerts,
  ...cacheAlerts,
];
