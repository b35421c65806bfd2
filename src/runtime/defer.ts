/** Work that may wait until the answer in hand has been written out. */
export type Defer = (work: () => void) => void;

/**
 * After the I/O of this turn of the event loop and before the next is read: what the client was sent is on
 * its way, and what it sends next finds the work done.
 */
export const afterIo: Defer = (work) => {
  setImmediate(work);
};
