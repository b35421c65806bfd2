import { availableParallelism, cpus, totalmem } from 'node:os';
import { VERSION } from '../../version.ts';

/** Where a comparison ran: part of every report, because figures without it mean nothing. */
export interface Environment {
  /** The command that runs it again. */
  readonly command: string;
  readonly machine: string;
  readonly versions: string;
}

export function describeEnvironment(command: string): Environment {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const gigabytes = Math.round(totalmem() / 1_073_741_824);
  return {
    command,
    machine: `${String(availableParallelism())} × ${model}, ${String(gigabytes)} GiB, ${process.platform} ${process.arch}`,
    versions: `Llamascope ${VERSION}, Node ${process.versions.node}`,
  };
}
