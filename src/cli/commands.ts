import { checkCommand } from './check.ts';
import type { Command } from './io.ts';
import { serveCommand } from './serve.ts';
import { simulateCommand } from './simulate.ts';

/** In the order of the help. */
export const commands: readonly Command[] = [serveCommand, simulateCommand, checkCommand];
