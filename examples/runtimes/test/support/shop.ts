import { expect } from 'vitest';
import { orderOf } from './orders.ts';
import type { Program } from './program.ts';

/** A server that takes orders. */
export interface Shop extends Program {
  readonly port: string;
  /** Has an order of this visitor answered, with the conversion queued. */
  place(visitorId: string): Promise<void>;
}

export async function shopIn(program: Program): Promise<Shop> {
  const port = await program.line();
  return {
    ...program,
    port,
    async place(visitorId) {
      const answer = await fetch(`http://localhost:${port}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(orderOf(visitorId)),
      });
      expect([answer.status, await answer.json()]).toEqual([201, { status: 'queued' }]);
    },
  };
}
