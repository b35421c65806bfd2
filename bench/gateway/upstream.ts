/**
 * The model server behind everything that is measured: raw sockets and ready bytes, so that it never is what limits. A body
 * with `"stream":true` gets chunks that are a few milliseconds apart, each with the time at which it was sent; anything
 * else gets the same 572 bytes of JSON. Says its port.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';

const CHUNKS = 40;
const EVERY_MS = 20;

const ANSWER_BYTES = 572;
const answer = (content: string): string =>
  JSON.stringify({
    id: 'chatcmpl-0123456789',
    object: 'chat.completion',
    created: 1_764_000_000,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 60, completion_tokens: 80, total_tokens: 140 },
  });
const JSON_ANSWER = http('application/json', answer('x'.repeat(ANSWER_BYTES - answer('').length)));
const MODELS = http(
  'application/json',
  '{"object":"list","data":[{"id":"m","object":"model","owned_by":"bench"}]}',
);
const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';

function http(type: string, body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;
}

const chunk = (data: string): string => {
  const text = `data: ${data}\n\n`;
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
};

function content(): string {
  const sentAt = (performance.timeOrigin + performance.now()).toFixed(3);
  return JSON.stringify({
    id: 'chatcmpl-0123456789',
    object: 'chat.completion.chunk',
    created: 1_764_000_000,
    model: 'm',
    choices: [{ index: 0, delta: { content: `@${sentAt}@ ` }, finish_reason: null }],
  });
}

function stream(socket: Socket): void {
  socket.write(STREAM_HEAD + chunk(content()));
  let left = CHUNKS - 1;
  const timer = setInterval(() => {
    if (left > 0) {
      socket.write(chunk(content()));
      left -= 1;
      return;
    }
    clearInterval(timer);
    const stop = {
      id: 'chatcmpl-0123456789',
      object: 'chat.completion.chunk',
      created: 1_764_000_000,
      model: 'm',
      choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
    };
    socket.write(`${chunk(JSON.stringify(stop))}${chunk('[DONE]')}0\r\n\r\n`);
  }, EVERY_MS);
  socket.once('close', () => clearInterval(timer));
}

const server = createServer({ noDelay: true }, (socket) => {
  let pending = '';
  socket.setEncoding('latin1').on('error', () => undefined);
  socket.on('data', (data: Buffer | string) => {
    pending += String(data);
    for (;;) {
      const head = pending.indexOf('\r\n\r\n');
      if (head === -1) return;
      const length = Number(/content-length: *(\d+)/i.exec(pending.slice(0, head))?.[1] ?? 0);
      const end = head + 4 + length;
      if (pending.length < end) return;
      const body = pending.slice(head + 4, end);
      const isRead = pending.startsWith('GET');
      pending = pending.slice(end);
      if (isRead) socket.write(MODELS);
      else if (body.includes('"stream":true')) stream(socket);
      else socket.write(JSON_ANSWER);
    }
  });
});
server.listen(0, '127.0.0.1', 4_096, () => {
  process.stdout.write(`port ${String((server.address() as AddressInfo).port)}\n`);
});
