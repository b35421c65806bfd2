import path from 'node:path';

/**
 * Where Node keeps compiled code between runs: in the user's own cache folder (XDG Base Directory Specification), never in a shared temporary one, where
 * somebody else could put code in our way. Null leaves it off: Node has been told by its own variable, or there is no such folder.
 */
export function compileCacheFolder(env: Readonly<Record<string, string | undefined>>): string | null {
  if ((env['NODE_COMPILE_CACHE'] ?? '') !== '' || (env['NODE_DISABLE_COMPILE_CACHE'] ?? '') !== '')
    return null;
  const { XDG_CACHE_HOME: xdg = '', HOME: home = '' } = env;
  if (path.isAbsolute(xdg)) return path.join(xdg, 'llamascope', 'compiled');
  return path.isAbsolute(home) ? path.join(home, '.cache', 'llamascope', 'compiled') : null;
}
