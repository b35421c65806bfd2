/**
 * The token of the operations plane, when it needs one. It lives as long as the tab: never in localStorage, never in the
 * address, never in a cookie, so that no other page and no later user of the browser can come to it.
 */
const KEY = 'llamascope.token';
let held: string | null = null;

export function token(): string | null {
  if (held !== null) return held;
  try {
    held = sessionStorage.getItem(KEY);
  } catch {
    // Storage may be forbidden; memory is enough.
  }
  return held;
}

export function keepToken(value: string | null): void {
  held = value;
  try {
    if (value === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, value);
  } catch {
    // As above.
  }
}

export function authorisation(): Readonly<Record<string, string>> {
  const value = token();
  return value === null ? {} : { authorization: `Bearer ${value}` };
}
