/** The thread that alone touches the file, so that no request waits for a disk. One request at a time, in order. */
import { parentPort } from 'node:worker_threads';
import { EntryDatabase } from './database.ts';
import type { SqlitePage, SqliteReply, SqliteRequest } from './protocol.ts';

const port = parentPort;
if (port === null) throw new Error('sqlite-worker must run in a worker thread');

let database: EntryDatabase | null = null;

port.on('message', (request: SqliteRequest) => {
  port.postMessage(reply(request));
});

function reply(request: SqliteRequest): SqliteReply {
  try {
    const page = answer(request);
    const setAside = request.call === 'open' ? opened().setAside : null;
    return { id: request.id, ok: true, page, setAside };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id: request.id, ok: false, message };
  }
}

function answer(request: SqliteRequest): SqlitePage | null {
  switch (request.call) {
    case 'open':
      database?.close();
      database = null;
      database = new EntryDatabase(request.path, request.at);
      return null;
    case 'read':
      return opened().read(request.limit);
    case 'write':
      opened().write(request);
      return null;
    case 'close':
      database?.close();
      database = null;
      return null;
  }
}

function opened(): EntryDatabase {
  if (database === null) throw new Error('the file is not open');
  return database;
}
