/** deploy/kubernetes and the unit for systemd: valid, and at one with each other, the gateway and the catalogue. */
import { execFileSync } from 'node:child_process';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as appsV1 from 'kubernetes-models/apps/v1';
import * as autoscalingV2 from 'kubernetes-models/autoscaling/v2';
import * as policyV1 from 'kubernetes-models/policy/v1';
import * as coreV1 from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { createGateway } from '../../src/gateway.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { CATALOGUE } from '../../src/telemetry/catalogue.ts';
import { hasComponent } from '../support/components.ts';
import { kubernetesObjects, ROOT, text, yaml, type KubernetesObject } from './files.ts';

const FILE = 'deploy/kubernetes/llamascope.yaml';
const objects = kubernetesObjects(FILE);

function objectOf(kind: string): unknown {
  const found = objects.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} in ${FILE}`);
  return found;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Deployment {
  readonly spec: {
    readonly selector: { readonly matchLabels: Record<string, string> };
    readonly template: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [
          {
            readonly args: readonly string[];
            readonly env: readonly { readonly name: string; readonly value?: string }[];
            readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
            readonly startupProbe: Probe;
            readonly readinessProbe: Probe;
            readonly livenessProbe: Probe;
            readonly volumeMounts: readonly { readonly mountPath: string }[];
          },
        ];
      };
    };
  };
}

const deployment = objectOf('Deployment') as Deployment;
const [container] = deployment.spec.template.spec.containers;

type Kinds = Readonly<Record<string, new (data: KubernetesObject) => { validate(): void }>>;
const VERSIONS = {
  v1: coreV1,
  'apps/v1': appsV1,
  'autoscaling/v2': autoscalingV2,
  'policy/v1': policyV1,
} as unknown as Readonly<Record<string, Kinds>>;

function validate(object: KubernetesObject): void {
  const Model = VERSIONS[object.apiVersion]?.[object.kind];
  if (Model === undefined) throw new Error(`${object.apiVersion} has no ${object.kind}`);
  new Model(object).validate();
}

describe('deploy/kubernetes', () => {
  it.each(objects.map((one) => [one.kind, one] as const))('has a %s that is one', (_, object) => {
    validate(object);
    expect(object.metadata.name).toBe('llamascope');
  });

  it('would be refused with a mistake in it', () => {
    const [first] = objects.filter(({ kind }) => kind === 'Deployment');
    expect(() => {
      validate({ ...(first as KubernetesObject), spec: { replicas: 'two' } });
    }).toThrow('replicas');
  });

  it('selects the same pods everywhere', () => {
    const { matchLabels } = deployment.spec.selector;
    expect(deployment.spec.template.metadata.labels).toMatchObject(matchLabels);
    expect((objectOf('Service') as { spec: { selector: object } }).spec.selector).toEqual(matchLabels);
    expect((objectOf('PodDisruptionBudget') as { spec: { selector: object } }).spec.selector).toEqual({
      matchLabels,
    });
  });

  it('mounts a configuration that the gateway takes, on the ports that are named', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'llamascope-kubernetes-'));
    try {
      const file = path.join(folder, 'llamascope.yaml');
      writeFileSync(
        file,
        (objectOf('ConfigMap') as { data: Record<string, string> }).data['llamascope.yaml'] ?? '',
      );
      const env = Object.fromEntries(container.env.map(({ name, value = 'from-a-secret' }) => [name, value]));
      const { config } = loadConfig({ flags: {}, env, file, cwd: folder, quickstart: null });
      const ports = Object.fromEntries(
        container.ports.map(({ name, containerPort }) => [name, containerPort]),
      );
      expect(ports).toEqual({
        http: Number(config.listen.split(':')[1]),
        admin: Number(config.admin.listen?.split(':')[1]),
      });
      expect(container.args).toEqual([
        'serve',
        '--config',
        `${container.volumeMounts[0]?.mountPath ?? ''}/llamascope.yaml`,
      ]);
      expect(deployment.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(
        config.drainMs / 1_000 + 5,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('probes what a gateway with a token answers without one', async () => {
    const simulator = await startSimulator({ loadMs: 0 });
    const gateway = createGateway({
      upstreams: [{ name: 'ollama', url: simulator.url }],
      listen: '127.0.0.1:0',
      log: { level: 'silent' },
      admin: { listen: '127.0.0.1:0', token: 'secret' },
    });
    const { adminUrl } = await gateway.listen();
    await gateway.ready();
    const statuses: number[] = [];
    for (const { httpGet } of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
      expect(httpGet.port).toBe('admin');
      statuses.push((await fetch(`${adminUrl}${httpGet.path}`)).status);
    }
    await gateway.close(0);
    await simulator.close();
    expect(statuses).toEqual([200, 200, 200]);
  });

  it('scales by a metric of the catalogue that the adapter serves', () => {
    const { spec } = objectOf('HorizontalPodAutoscaler') as {
      spec: { metrics: { pods: { metric: { name: string } } }[] };
    };
    const { rules } = yaml('deploy/kubernetes/prometheus-adapter.yaml') as {
      rules: { custom: { seriesQuery: string; name: { as: string } }[] };
    };
    for (const { pods } of spec.metrics) {
      expect(CATALOGUE).toHaveProperty(pods.metric.name);
      expect(
        rules.custom.some(
          ({ seriesQuery, name }) => name.as === pods.metric.name && seriesQuery.startsWith(pods.metric.name),
        ),
      ).toBe(true);
    }
  });

  it('is found by the ServiceMonitor, with its token', () => {
    const monitor = parse(text('monitoring/kubernetes/service-monitor.yaml')) as {
      spec: {
        selector: { matchLabels: object };
        endpoints: { port: string; authorization: { credentials: { name: string; key: string } } }[];
      };
    };
    const service = objectOf('Service') as {
      metadata: { labels: object };
      spec: { ports: { name: string }[] };
    };
    expect(service.metadata.labels).toMatchObject(monitor.spec.selector.matchLabels);
    const secret = objectOf('Secret') as { metadata: { name: string }; stringData: object };
    for (const { port, authorization } of monitor.spec.endpoints) {
      expect(service.spec.ports.map(({ name }) => name)).toContain(port);
      expect(authorization.credentials.name).toBe(secret.metadata.name);
      expect(secret.stringData).toHaveProperty([authorization.credentials.key]);
    }
  });
});

describe.skipIf(!hasComponent('systemd-analyze'))('deploy/systemd', () => {
  it('is a unit that systemd takes', () => {
    const unit = fileURLToPath(new URL('deploy/systemd/llamascope.service', ROOT));
    expect(execFileSync('systemd-analyze', ['verify', unit], { encoding: 'utf8', stdio: 'pipe' })).toBe('');
  });
});
