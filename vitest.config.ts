import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/**/*.test.ts'],
    // Most suites drive real processes (Chromium, Prometheus, Redis) on whatever machine CI has: one that fails there gets a
    // second try, which the report names. A second try never happens on a developer's machine, where it would hide a race.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // .ci/run reads the counts from the file.
    reporters: ['default', ['json', { outputFile: '.cache/vitest.json' }]],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: [
        'src/**/*.test.ts',
        'src/cache/test-support.ts',
        'src/dialect/test-support.ts',
        'src/cache/store/contract.ts',
        'src/cache/store/sample-entry.ts',
        // run in a worker thread, which v8 coverage does not see
        'src/**/*-worker.ts',
        'src/cache/store/sqlite/database.ts',
        'src/cli/{main,start}.ts', // the process entry: tested by spawning it
      ],
      reportOnFailure: true,
      reporter: ['text-summary', 'json-summary', 'lcov'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});

export default config;
