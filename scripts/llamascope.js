/**
 * `llamascope` from a checkout. It is JavaScript so that Node need not load what strips types, which takes 18 MB and stays: with the compile cache
 * switched on before the first TypeScript is read, all of it comes from there from the second start on.
 */
import module from 'node:module';
import path from 'node:path';

const { XDG_CACHE_HOME: xdg = '', HOME: home = '' } = process.env;
// As src/cli/compile-cache.ts has it.
const base = path.isAbsolute(xdg) ? xdg : path.isAbsolute(home) ? path.join(home, '.cache') : null;
if (base !== null) module.enableCompileCache?.(path.join(base, 'llamascope', 'compiled'));
await import('../src/cli/main.ts');
