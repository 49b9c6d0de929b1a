import type { Order } from './orders.ts';
import type { Program } from './program.ts';

/** Those of `platforms/`. */
export type Platform = 'edge' | 'lambda' | 'next';

/** An instance of a function on a platform that stops it as soon as it may. */
export interface FunctionInstance {
  /** What the function answers to an order. */
  answer(order: Order): Promise<unknown>;
  /** Resolves when the work is over that the function handed to `waitUntil`. */
  settled(): Promise<void>;
  /** Between two calls: nothing in there goes on, and it may be thrown away. */
  freeze(): void;
  thaw(): void;
  discard(): Promise<void>;
}

export function functionIn({ line, write, signal, ended }: Program): FunctionInstance {
  return {
    async answer(order) {
      write(order);
      return JSON.parse(await line());
    },
    async settled() {
      await line();
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async discard() {
      signal('SIGKILL');
      await ended;
    },
  };
}
