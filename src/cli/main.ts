#!/usr/bin/env node
/**
 * The process entry. It does one thing before anything else is loaded: lets Node keep what it has compiled, so that the next start reads it
 * instead: from the sources, which it has to strip of their types first, that is half of the time to ready. Node writes the files when the process ends, checks them against the sources, and
 * goes on without them where the folder cannot be written. `NODE_COMPILE_CACHE` moves it, `NODE_DISABLE_COMPILE_CACHE=1` switches it off.
 */
import module from 'node:module';
import { compileCacheFolder } from './compile-cache.ts';

const folder = compileCacheFolder(process.env);
// Absent before Node 22.1, which is told what it lacks by what is loaded next.
if (folder !== null) (module as Partial<typeof module>).enableCompileCache?.(folder);
await import('./start.ts');
