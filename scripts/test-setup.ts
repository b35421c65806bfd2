/**
 * Puts the real programs in place that the tests run: on Debian as root they are installed with apt, with no service
 * started. Elsewhere it says what is missing, and the suites that need it skip visibly; under CI=true that is a failure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hasComponent } from '../test/support/components.ts';

/** Program on the PATH, and the Debian package that has it. */
const COMPONENTS: Readonly<Record<string, string>> = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'prometheus-alertmanager': 'prometheus-alertmanager',
  amtool: 'prometheus-alertmanager',
  chromium: 'chromium',
  'redis-server': 'redis-server',
  curl: 'curl',
  wrk: 'wrk', // for check:speed, which CI runs after the tests
};
const POLICY = '/usr/sbin/policy-rc.d';
/** Marked, so that one which an interrupted run left behind is known as ours and goes with the next. */
const OUR_POLICY = '#!/bin/sh\n# set by the test set-up of llamascope while it installs\nexit 101\n';

/** Another package manager may be at work on a machine that has just started. */
const WAIT_FOR_OTHERS = ['-o', 'DPkg::Lock::Timeout=120'];

const missing = (): readonly string[] => Object.keys(COMPONENTS).filter((program) => !hasComponent(program));

function run(command: string, args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}

/** Installs without letting any service start: Debian asks policy-rc.d first, and 101 means no. */
function install(packages: readonly string[]): boolean {
  const ownPolicy = !existsSync(POLICY) || readFileSync(POLICY, 'utf8') === OUR_POLICY;
  if (ownPolicy) writeFileSync(POLICY, OUR_POLICY, { mode: 0o755 });
  try {
    run('dpkg', ['--configure', '-a']);
    return (
      run('apt-get', [...WAIT_FOR_OTHERS, 'update', '-q']) &&
      run('apt-get', [...WAIT_FOR_OTHERS, 'install', '-y', '-q', '--no-install-recommends', ...packages])
    );
  } finally {
    if (ownPolicy) rmSync(POLICY, { force: true });
  }
}

const wanted = missing();
if (wanted.length > 0) {
  const packages = [...new Set(wanted.map((program) => COMPONENTS[program] as string))];
  const isDebianRoot = existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (isDebianRoot) {
    process.stdout.write(`installing for the tests: ${packages.join(', ')}\n`);
    install(packages);
  }
  const left = missing();
  if (left.length > 0) {
    process.stderr.write(
      `missing: ${left.join(', ')}; what needs them is skipped (Debian: apt-get install ${packages.join(' ')})\n`,
    );
    if (process.env['CI'] === 'true') process.exitCode = 1;
  }
}
