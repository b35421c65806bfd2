/** The two files with which a Grafana finds the dashboards and a Prometheus by itself. */
import { stringify } from 'yaml';

export function dashboardProvider(): string {
  return stringify({
    apiVersion: 1,
    providers: [
      {
        name: 'llamascope',
        folder: 'Llamascope',
        type: 'file',
        allowUiUpdates: false,
        updateIntervalSeconds: 30,
        options: { path: '/var/lib/grafana/dashboards/llamascope' },
      },
    ],
  });
}

export function prometheusDatasource(): string {
  return stringify({
    apiVersion: 1,
    datasources: [
      {
        name: 'Prometheus',
        uid: 'prometheus',
        type: 'prometheus',
        access: 'proxy',
        url: 'http://prometheus:9090',
        isDefault: true,
        jsonData: { timeInterval: '15s' },
      },
    ],
  });
}
