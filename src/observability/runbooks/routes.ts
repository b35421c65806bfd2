import { createHash } from 'node:crypto';
import { GatewayError } from '../../core/errors.ts';
import type { OperationReply, OperationRoute } from '../../http/operation-route.ts';
import type { PrintOptions } from '../promql.ts';
import { RUNBOOK_STYLE, runbookHtml, runbookIndexHtml } from './print-runbook.ts';
import { runbookOf, RUNBOOKS } from './runbooks.ts';

/**
 * `/runbooks/` and `/runbooks/ALERT`: the gateway has the runbooks of its own alerts, in its own version. Open without a
 * token: they say nothing about this installation, and whoever is woken by an alert may have none at hand.
 */
export function runbookRoutes(options: PrintOptions): readonly OperationRoute[] {
  const index = (): OperationReply => html(runbookIndexHtml(RUNBOOKS));
  return [
    { method: 'GET', path: '/runbooks', open: true, handle: redirect },
    { method: 'GET', path: '/runbooks/', open: true, handle: index },
    {
      method: 'GET',
      path: '/runbooks/{alert}',
      open: true,
      handle: ({ params }) => {
        const alert = params['alert'] ?? '';
        const runbook = runbookOf(alert);
        if (runbook !== null) return html(runbookHtml(runbook, options));
        throw new GatewayError(
          'unknown_path',
          `there is no runbook ${JSON.stringify(alert.slice(0, 100))}: /runbooks/ lists them`,
        );
      },
    },
  ];
}

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(RUNBOOK_STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

function html(body: string): OperationReply {
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    body,
    headers: ['content-security-policy', POLICY, 'x-content-type-options', 'nosniff'],
  };
}

function redirect(): OperationReply {
  return { status: 308, contentType: 'text/plain', body: '', headers: ['location', '/runbooks/'] };
}
