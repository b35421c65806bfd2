/**
 * The limits that all workers have in common, in the process that outlives them: who holds how many permits of each,
 * and who wants more. What is lent never exceeds the limit. A worker that is gone holds nothing any more.
 *
 * Who wants gets what is free, in the order of asking; when nothing is free, whoever holds more than its share is asked for some,
 * and everybody for what it does not need. Nobody gives away what it needs of its share, so that permits do not travel for
 * every request while all are busy.
 */

import type { LeaseMessage } from './messages.ts';

/** How a worker is told; `holder` is its own number for what it opened. */
export interface BankTeller {
  granted(holder: number, count: number): void;
  /** `spare`: only what is free, or comes to be while nobody waits there. */
  recalled(holder: number, count: number, spare: boolean): void;
}

interface Holder {
  readonly owner: BankTeller;
  readonly number: number;
  limit: number;
  held: number;
  wanted: number;
  /** Asked back and not come yet: in any case, and if nobody needs it there. */
  recalled: number;
  spare: number;
}

/** Holders in the order of their asking: whoever gets something goes to the end. */
type Account = Holder[];

export class PermitBank {
  readonly #accounts = new Map<string, Account>();
  readonly #byOwner = new Map<BankTeller, Map<number, { readonly name: string; readonly holder: Holder }>>();

  /** What a worker says. */
  take(owner: BankTeller, message: LeaseMessage): void {
    const { act, holder } = message;
    if (act === 'open') this.open(owner, holder, message.name, message.limit);
    else if (act === 'close') this.close(owner, holder);
    else this[act](owner, holder, message.count);
  }

  open(owner: BankTeller, number: number, name: string, limit: number): void {
    const holder: Holder = { owner, number, limit, held: 0, wanted: 0, recalled: 0, spare: 0 };
    const account = this.#accounts.get(name) ?? [];
    account.push(holder);
    this.#accounts.set(name, account);
    const own = this.#byOwner.get(owner) ?? new Map<number, { name: string; holder: Holder }>();
    own.set(number, { name, holder });
    this.#byOwner.set(owner, own);
  }

  want(owner: BankTeller, number: number, more: number): void {
    this.#change(owner, number, (holder) => {
      holder.wanted += more;
    });
  }

  giveBack(owner: BankTeller, number: number, count: number): void {
    this.#change(owner, number, (holder) => {
      holder.held -= Math.min(count, holder.held);
      const asked = Math.min(count, holder.recalled);
      holder.recalled = Math.min(holder.recalled - asked, holder.held);
      holder.spare = Math.min(Math.max(0, holder.spare - (count - asked)), holder.held - holder.recalled);
    });
  }

  resize(owner: BankTeller, number: number, limit: number): void {
    this.#change(owner, number, (holder) => {
      holder.limit = limit;
    });
  }

  close(owner: BankTeller, number: number): void {
    const own = this.#byOwner.get(owner)?.get(number);
    if (own === undefined) return;
    this.#byOwner.get(owner)?.delete(number);
    this.#leave(own.name, own.holder);
  }

  /** The worker is gone, and with it whatever it held and wanted. */
  forget(owner: BankTeller): void {
    const all = this.#byOwner.get(owner);
    this.#byOwner.delete(owner);
    for (const { name, holder } of all?.values() ?? []) this.#leave(name, holder);
  }

  /** What is lent of a limit now, for tests and for whoever looks. */
  lent(name: string): number {
    return (this.#accounts.get(name) ?? []).reduce((sum, { held }) => sum + held, 0);
  }

  #change(owner: BankTeller, number: number, change: (holder: Holder) => void): void {
    const own = this.#byOwner.get(owner)?.get(number);
    if (own === undefined) return;
    change(own.holder);
    this.#settle(own.name);
  }

  #leave(name: string, holder: Holder): void {
    const account = (this.#accounts.get(name) ?? []).filter((one) => one !== holder);
    if (account.length === 0) this.#accounts.delete(name);
    else {
      this.#accounts.set(name, account);
      this.#settle(name);
    }
  }

  #settle(name: string): void {
    const account = this.#accounts.get(name) ?? [];
    // Where each worker has learned a limit of its own, the lowest counts for all.
    const limit = Math.min(...account.map((one) => one.limit));
    let free = limit - account.reduce((sum, { held }) => sum + held, 0);
    while (free > 0) {
      const next = account.find(({ wanted }) => wanted > 0);
      if (next === undefined) break;
      free -= grant(next, account, free);
    }
    const wanted = account.reduce((sum, one) => sum + one.wanted, 0) + Math.max(0, -free);
    if (wanted > 0) recall(account, wanted, shareOf(account, limit));
  }
}

/** One after the other, and no more to each than its part of what there is to give. */
function grant(holder: Holder, account: Account, free: number): number {
  const asking = account.filter(({ wanted }) => wanted > 0).length;
  const count = Math.min(holder.wanted, Math.max(1, Math.floor(free / asking)));
  holder.wanted -= count;
  holder.held += count;
  account.splice(account.indexOf(holder), 1);
  account.push(holder);
  holder.owner.granted(holder.number, count);
  return count;
}

/** What nobody is asked to go below. */
function shareOf(account: Account, limit: number): number {
  return Math.floor(limit / Math.max(1, account.filter(({ held, wanted }) => held + wanted > 0).length));
}

/** First what somebody has beyond its share, then what nobody uses. */
function recall(account: Account, wanted: number, share: number): void {
  let left = wanted - account.reduce((sum, { recalled }) => sum + recalled, 0);
  const byHeld = account.toSorted((a, b) => b.held - a.held);
  for (const holder of byHeld) {
    const others = wanted - holder.wanted;
    const count = Math.min(left, holder.held - holder.recalled - share, others);
    if (count <= 0) continue;
    holder.recalled += count;
    holder.spare = Math.min(holder.spare, holder.held - holder.recalled);
    left -= count;
    holder.owner.recalled(holder.number, count, false);
  }
  left -= account.reduce((sum, { spare }) => sum + spare, 0);
  for (const holder of byHeld) {
    const others = wanted - holder.wanted;
    const count = Math.min(left, holder.held - holder.recalled - holder.spare, others);
    if (count <= 0) continue;
    holder.spare += count;
    left -= count;
    holder.owner.recalled(holder.number, count, true);
  }
}
