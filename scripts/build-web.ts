/**
 * Builds the page, web/ → dist/web. With `--if-stale` only when its sources differ from what dist/web was built
 * from, so that `npm start` in a checkout has the page and pays for it once. The published package contains it.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const OUT = 'dist/web';
const STAMP = join(OUT, '.built-from');
/** Versions of Preact, uPlot and Vite are in the lock. Types that the page imports leave nothing in it. */
const SOURCES = ['web/**/*', 'vite.config.ts', 'package-lock.json', 'scripts/build-web.ts'];

const hash = sourceHash();
const fresh =
  existsSync(join(OUT, 'index.html')) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash;
if (!process.argv.includes('--if-stale')) await build();
else if (!fresh) await buildIfPossible();

function sourceHash(): string {
  const sum = createHash('sha256');
  for (const file of globSync(SOURCES).sort()) {
    if (statSync(file).isFile()) sum.update(file).update('\0').update(readFileSync(file)).update('\0');
  }
  return sum.digest('hex');
}

/** A gateway without its page is still a gateway: with `npm ci --omit=dev` there is nothing to build it with. */
async function buildIfPossible(): Promise<void> {
  try {
    await build();
  } catch (error) {
    process.stderr.write(
      `the live page could not be built, the gateway starts without it: ${String(error)}\n`,
    );
  }
}

async function build(): Promise<void> {
  const started = performance.now();
  const { build: bundle } = await import('vite');
  await bundle({ configFile: 'vite.config.ts' });
  let bytes = 0;
  // Packed once here, so that the gateway never has to compress on its event loop.
  for (const name of globSync('**/*.{html,js,css,svg}', { cwd: OUT })) {
    const packed = gzipSync(readFileSync(join(OUT, name)), { level: 9 });
    writeFileSync(join(OUT, `${name}.gz`), packed);
    bytes += packed.length;
  }
  writeFileSync(STAMP, hash);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stderr.write(`built the live page: ${(bytes / 1_000).toFixed(1)} kB gzip, ${seconds} s\n`);
}
