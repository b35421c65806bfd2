import { formatListenAddress } from '../config/listen-address.ts';

/** What the operating system refused, in words that say what to do; null when it is none we know. */
export function explainSystemError(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code, address, port, hostname, syscall } = error as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
    readonly hostname?: string;
  };
  const place =
    port === undefined || address === undefined
      ? (hostname ?? address ?? 'the address')
      : formatListenAddress({ host: address, port });
  switch (code) {
    case 'EADDRINUSE':
      return `${place} is already in use; stop what listens there or choose another address with --listen (:0 takes a free one)`;
    case 'EADDRNOTAVAIL':
      return `${place} is not an address of this machine; choose one with --listen`;
    case 'EACCES':
      return syscall === 'listen'
        ? `no permission to listen on ${place}; ports below 1024 need privileges, choose another with --listen`
        : null;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${place} cannot be resolved; write an address with --listen`;
    default:
      return null;
  }
}
