/** One piece of the library that keeps it from counting wrongly, and what it becomes when the guard is taken away. */
interface Cut {
  readonly code: string;
  readonly becomes: string;
}

/** Where a relay without memory answers. */
export const FORGETFUL_RELAY = '/forgetful-relay';

// As it reads in the built packages; white space and quotes are the bundler's.
const CUTS = {
  /** An exposure is reported where React has committed; without, as soon as it renders. */
  'after commit': {
    code: `const { experienceId = '', variationId = '' } = shown ?? {};`,
    becomes: `const { experienceId = '', variationId = '' } = shown ?? {};
      if (visitor) session.count(visitor, { type: 'exposure', experienceId, variationId });`,
  },
  /** Waits until the page is not hidden, and no prerendered one. */
  'page on screen': {
    code: `return !hidden && !prerendering;`,
    becomes: `return true;`,
  },
  'once a mount': {
    code: `waiting.abort(); run();`,
    becomes: `run();`,
  },
  /** What was shown and reached, in localStorage and in the page. */
  'memory of the browser': {
    code: `if (known[what][id] === value) return false;`,
    becomes: ``,
  },
  /** The server's records, of visitors and of batches; without, it starts anew for every event. */
  'memory of the server': {
    code: `endpoint = '/api/convert'`,
    becomes: `endpoint = '${FORGETFUL_RELAY}'`,
  },
  'in view': {
    code: `isInView = isIntersecting && intersectionRatio * height >= Math.min(height, innerHeight) / 2;`,
    becomes: `isInView = true;`,
  },
  'half in view': {
    code: `isInView = isIntersecting && intersectionRatio * height >= Math.min(height, innerHeight) / 2;`,
    becomes: `isInView = isIntersecting;`,
  },
  'half of the window': {
    code: `intersectionRatio * height >= Math.min(height, innerHeight) / 2;`,
    becomes: `intersectionRatio >= 0.5;`,
  },
  'for a second': {
    code: `timer ??= setTimeout(finish, IN_VIEW_MS);`,
    becomes: `finish();`,
  },
  /** What other pages left is read and erased while no other page of the browser can do so. */
  'one tab at a time': {
    code: `navigator.locks?.request(`,
    becomes: `null?.request(`,
  },
  /** Reading and erasing that; without, it takes a second, so that two tabs meet in it for sure. */
  'in one go': {
    code: `storeBatches([]); schedule();`,
    becomes: `if (storedBatches().length === 0) return schedule();
      return new Promise((later) => setTimeout(later, 1_000)).then(() => { storeBatches([]); schedule(); });`,
  },
  /** On the server: what a page is made with is decided; without, it is counted, too. */
  'only decided': {
    code: `this.#host.tallies.handedOut(snapshot, variations, this.#record);`,
    becomes: `for (const variation of variations) this.#settle(snapshot, variation, true, 'shown');`,
  },
} as const satisfies Record<string, Cut>;

export type Guard = keyof typeof CUTS;

/** The same code without a guard; `null` when it is not in there. */
export function withoutGuard(code: string, guard: Guard): string | null {
  const cut = CUTS[guard];
  const piece = new RegExp(cut.code.split(/\s+/).map(literally).join('\\s*'), 'g');
  return piece.test(code) ? code.replace(piece, () => cut.becomes) : null;
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/['"]/g, `['"]`);
}
