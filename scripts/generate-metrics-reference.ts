/** Writes docs/reference/metrics.md from the metric catalogue. A test fails when the file is out of date. */
import { writeFileSync } from 'node:fs';
import { metricsReference } from '../src/telemetry/reference.ts';

writeFileSync(new URL('../docs/reference/metrics.md', import.meta.url), metricsReference());
