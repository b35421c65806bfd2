import type * as http from 'node:http';

/**
 * `node:http`, not imported: for the namespace of an import Node 24 reads every export, and for one of them, `WebSocket`, loads a copy of undici of its own.
 * That is a twentieth of the time to ready, and memory for nothing.
 */
export const nodeHttp: typeof http = process.getBuiltinModule('node:http');
