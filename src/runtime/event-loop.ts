/** How the event loop spent its time since it started, in milliseconds. Both only grow. */
export function eventLoopTimes(): { readonly active: number; readonly idle: number } {
  const { active, idle } = performance.eventLoopUtilization();
  return { active, idle };
}
