/** What this Node lacks for us, in a sentence; null when it will do. The floor is that of package.json. */
export function unsupportedNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return null;
  return `llamascope needs Node 22.19 or later, this is ${version}`;
}
