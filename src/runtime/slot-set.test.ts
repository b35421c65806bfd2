import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlotSet, type Slotted } from './slot-set.ts';

describe('a set of what carries its own place', () => {
  it('behaves as a Set does, whatever is added and deleted', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(19)), (steps) => {
        const members: Slotted[] = Array.from({ length: 20 }, () => ({ slot: -1 }));
        const set = new SlotSet<Slotted>();
        const model = new Set<Slotted>();
        for (const step of steps) {
          const member = members[step] as Slotted;
          if (model.has(member)) {
            expect(set.delete(member)).toBe(true);
            model.delete(member);
          } else {
            expect(set.delete(member)).toBe(false);
            set.add(member);
            model.add(member);
          }
          expect(set.size).toBe(model.size);
          expect(new Set(set)).toEqual(model);
          expect(members.filter(({ slot }) => slot >= 0)).toHaveLength(model.size);
        }
      }),
    );
  });

  it('does not take a member of another set for its own', () => {
    const one = new SlotSet<Slotted>();
    const other = new SlotSet<Slotted>();
    const member = { slot: -1 };
    one.add(member);
    other.add({ slot: -1 });
    expect(other.delete(member)).toBe(false);
    expect([...one]).toEqual([member]);
  });
});
