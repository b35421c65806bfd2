import path from 'node:path';

/**
 * Where Node keeps compiled code between runs: in the user's own cache folder (XDG Base Directory Specification), never in a shared temporary one, where
 * somebody else could put code in our way. Null, and so off, where the user has none.
 */
export function compileCacheFolder({
  XDG_CACHE_HOME: xdg = '',
  HOME: home = '',
}: Readonly<Record<string, string | undefined>>): string | null {
  if (path.isAbsolute(xdg)) return path.join(xdg, 'llamascope', 'compiled');
  return path.isAbsolute(home) ? path.join(home, '.cache', 'llamascope', 'compiled') : null;
}
