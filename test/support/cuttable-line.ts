/** An address that stays while what stands behind it comes, goes or hangs: a TCP relay that can be stopped and turned. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CuttableLine extends AsyncDisposable {
  readonly url: string;
  /** Where new connections lead; null refuses them by closing at once. */
  turnTo(url: string | null): void;
  /** Connections stay open and nothing comes through, as with a process that hangs. */
  hang(): void;
  /** Ends every connection. */
  cut(): void;
}

export async function openLine(target: string): Promise<CuttableLine> {
  let current: string | null = target;
  let hanging = false;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => undefined);
    near.on('close', () => sockets.delete(near));
    if (hanging) return;
    if (current === null) {
      near.destroy();
      return;
    }
    const far = connect(Number(new URL(current).port), '127.0.0.1');
    sockets.add(far);
    far.on('error', () => near.destroy());
    far.on('close', () => {
      sockets.delete(far);
      near.destroy();
    });
    near.on('close', () => far.destroy());
    near.on('data', (chunk) => !hanging && far.write(chunk));
    far.on('data', (chunk) => !hanging && near.write(chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    turnTo(url): void {
      current = url;
      hanging = false;
    },
    hang(): void {
      hanging = true;
    },
    cut,
    async [Symbol.asyncDispose](): Promise<void> {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
