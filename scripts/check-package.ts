/**
 * Checks the package as its users get it: publint, then the packed tarball unpacked into a scratch folder, each public
 * entry imported and the command run by plain Node, and a program compiled against its types.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
};
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

if (!existsSync('dist/index.js')) throw new Error('dist/ is missing: run npm run build first');
process.stdout.write(run('publint', ['--strict'], '.'));

const scratch = mkdtempSync(join(tmpdir(), 'llamascope-package-'));
try {
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], '.'),
  ) as {
    filename: string;
    size: number;
    entryCount: number;
  }[];
  if (packed === undefined) throw new Error('npm pack packed nothing');
  const home = join(scratch, 'node_modules', 'llamascope');
  mkdirSync(home, { recursive: true });
  run('tar', ['-xzf', join(scratch, packed.filename), '--strip-components=1', '-C', home], scratch);
  // The dependencies are the checkout's own: what is checked here is the package, not the registry.
  symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
  for (const file of [
    'models/builtin-en.lsw1',
    'dist/embedding/use-lite-worker.js',
    'dist/cache/semantic/index/scan-worker.js',
    'dist/web/index.html',
    'dist/web/index.html.gz',
  ]) {
    if (!existsSync(join(home, file))) throw new Error(`the package lacks ${file}`);
  }
  const program = `
    const main = await import('llamascope');
    const testing = await import('llamascope/testing');
    const resilience = await import('llamascope/resilience');
    const metrics = await import('llamascope/metrics');
    for (const [name, value] of Object.entries({ createGateway: main.createGateway, startSimulator: testing.startSimulator,
      CircuitBreaker: resilience.CircuitBreaker, createMetrics: metrics.createMetrics })) {
      if (typeof value !== 'function') throw new Error(name + ' is missing from the package');
    }`;
  run(process.execPath, ['--input-type=module', '--eval', program], scratch);
  checkTypes(scratch);
  const version = run(process.execPath, [join(home, 'dist/cli/main.js'), '--version'], scratch).trim();
  if (version !== manifest.version)
    throw new Error(`llamascope --version says ${version}, expected ${manifest.version}`);
  process.stdout.write(
    `${packed.filename}: ${packed.entryCount} files, ${Math.round(packed.size / 1024)} KiB, imports and runs\n`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The expected error proves that the types were found: without them everything is `any` and nothing is wrong. */
function checkTypes(folder: string): void {
  const program = `
    import { createGateway, type Config } from 'llamascope';
    import { startSimulator } from 'llamascope/testing';
    import { CircuitBreaker } from 'llamascope/resilience';
    import { createMetrics } from 'llamascope/metrics';
    const gateway = createGateway({ upstreams: [{ name: 'local', url: 'http://127.0.0.1:11434' }] });
    // @ts-expect-error: no such mode
    const mode: Config['cache']['mode'] = 'sometimes';
    void [gateway.fetch satisfies typeof fetch, mode, startSimulator, CircuitBreaker, createMetrics];`;
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'consumer.ts'), program);
  const types = resolve('node_modules/@types');
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2024',
    '--lib',
    'es2024,esnext.disposable',
  ];
  run(
    'tsc',
    [...options, '--module', 'nodenext', '--typeRoots', types, '--types', 'node', 'consumer.ts'],
    folder,
  );
}
