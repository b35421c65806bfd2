/** Keeps the process alive while something is awaited whose timers and sockets would not. Answers the function that lets it go. */
export function keepAlive(): () => void {
  const handle = setInterval(() => undefined, 2_147_483_647);
  return () => {
    clearInterval(handle);
  };
}
