import type { Visit, VisitCarrier } from './visit-header.ts';

/** More requests than one process handles at once; a page whose visit is gone finds out by itself. */
const SLOTS = 1_024;

/**
 * Hands visits over inside this process: the header names one, and nobody can guess a name. Much cheaper than a signature,
 * which is what it takes between processes.
 */
export function createVisitTable(): VisitCarrier {
  const slots: { readonly header: string; readonly visit: Visit }[] = [];
  let next = 0;
  return {
    write(visit) {
      const header = `${next}.${crypto.randomUUID()}`;
      slots[next] = { header, visit };
      next = (next + 1) % SLOTS;
      return header;
    },
    read(header) {
      const slot = slots[Number.parseInt(header, 10)];
      return slot?.header === header ? slot.visit : null;
    },
  };
}
