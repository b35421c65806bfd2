/**
 * Tells when the content of a file has changed, however that came about: written in place, replaced by a rename (as
 * editors and configuration tools do), or reached over a symbolic link that now leads elsewhere (as Kubernetes
 * does with the folders of a ConfigMap).
 *
 * So the folders on the way are watched, not the file: a rename ends a watch on a file without a word. What counts
 * is the content, read when it has been quiet for a moment: a touch is no change, and a file that is gone for
 * that moment is waited for. Where the system reports nothing (network file systems), a look now and then finds it.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import type { Clock, Timer } from '../runtime/clock.ts';

export interface FileWatch {
  close(): void;
}

export interface FileWatchOptions {
  readonly clock: Clock;
  readonly onChange: () => void;
  /** How long nothing must have happened before the file is read, milliseconds. Default 200. */
  readonly quietMs?: number;
  /** How often it is looked at without any report, milliseconds. Default 10 s. */
  readonly lookMs?: number;
}

/** Links that lead in a circle lead nowhere. */
const MAX_LINKS = 16;

export function watchFile(file: string, options: FileWatchOptions): FileWatch {
  const { clock, onChange, quietMs = 200, lookMs = 10_000 } = options;
  const target = path.resolve(file);
  const folders = new Map<string, FSWatcher>();
  let known = fingerprint(target);
  let closed = false;

  const look = (): void => {
    if (closed) return;
    follow();
    const now = fingerprint(target);
    if (now === null || now === known) return;
    known = now;
    onChange();
  };
  let quiet: Timer | null = null;
  const stirred = (): void => {
    if (closed) return;
    if (quiet === null) quiet = clock.setTimer(quietMs, look);
    else quiet.refresh();
  };
  const follow = (): void => {
    const wanted = foldersTo(target);
    for (const [folder, watcher] of folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      folders.delete(folder);
    }
    for (const folder of wanted) {
      if (folders.has(folder)) continue;
      const watcher = tryWatch(folder, stirred, () => folders.delete(folder));
      if (watcher !== null) folders.set(folder, watcher);
    }
  };
  const lookAgain = (): Timer =>
    clock.setTimer(lookMs, () => {
      look();
      if (!closed) looking = lookAgain();
    });

  follow();
  let looking = lookAgain();
  return {
    close(): void {
      closed = true;
      quiet?.cancel();
      looking.cancel();
      for (const watcher of folders.values()) watcher.close();
      folders.clear();
    },
  };
}

/** Null when the folder cannot be watched: it is gone, or the system has no watches left. */
function tryWatch(folder: string, stirred: () => void, gone: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, stirred);
    watcher.on('error', () => {
      watcher.close();
      gone();
    });
    return watcher;
  } catch {
    return null;
  }
}

/** Every folder in which a name on the way to the file stands: a change of any of them may lead elsewhere. */
function foldersTo(file: string): ReadonlySet<string> {
  const folders = new Set<string>();
  const left = [file];
  for (let steps = 0; left.length > 0 && steps < MAX_LINKS; steps += 1) {
    const name = left.pop() as string;
    const { root } = path.parse(name);
    let at = root;
    for (const part of name.slice(root.length).split(path.sep)) {
      const link = linkAt(path.join(at, part));
      if (link !== null) {
        folders.add(at);
        left.push(path.resolve(at, link, path.relative(path.join(at, part), name)));
        break;
      }
      at = path.join(at, part);
    }
    if (at === name) folders.add(path.dirname(name));
  }
  return folders;
}

function linkAt(name: string): string | null {
  try {
    return readlinkSync(name);
  } catch {
    return null; // no link, or nothing there
  }
}

function fingerprint(file: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return null;
  }
}
