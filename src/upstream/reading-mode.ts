import type { AttemptRequest } from './attempt-types.ts';

/** An upstream's response header by lower-case name, as undici parses it. */
export type ResponseFields = Readonly<Record<string, string | string[] | undefined>>;

/** What is done with an answer's bytes: gathered, watched item by item as they pass, or passed on unread. */
export type ReadingMode = 'buffer' | 'watch' | 'pass';

/** Decided by what the upstream actually sends, not only by what was asked of it. */
export function readingMode(request: AttemptRequest, status: number, fields: ResponseFields): ReadingMode {
  if (status >= 300 || status === 204 || request.method === 'HEAD') return 'buffer';
  if (request.reading === 'opaque') return 'pass';
  if (request.reading === 'whole') return 'buffer';
  const type = contentType(fields);
  const streams = isStreamType(type) || (request.streamWanted && !type.startsWith('application/json'));
  if (!streams) return 'buffer';
  return isEncoded(fields) ? 'pass' : 'watch';
}

/** Compressed against our wish (`accept-encoding: identity`): it can be passed on but not read. */
export function isEncoded(fields: ResponseFields): boolean {
  const encoding = fields['content-encoding'];
  return encoding !== undefined && encoding !== '' && encoding !== 'identity';
}

export function contentType(fields: ResponseFields): string {
  const type = fields['content-type'];
  return typeof type === 'string' ? type.toLowerCase() : '';
}

export function isStreamType(type: string): boolean {
  return type.startsWith('application/x-ndjson') || type.startsWith('text/event-stream');
}
