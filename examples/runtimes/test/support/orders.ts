import type { Emulator } from '@convert-fullstack/emulator';
import { expect, vi } from 'vitest';

export interface Order {
  readonly visitorId: string;
  readonly transactionId: string;
  readonly revenue: number;
}

export const orderOf = (visitorId: string): Order => ({ visitorId, transactionId: `t-${visitorId}`, revenue: 149 });

/** The visitors of all conversions that arrived: whoever is in there twice was counted twice. */
export function converted(emulator: Emulator): string[] {
  expect([...emulator.rejected(), ...emulator.discarded()]).toEqual([]);
  return emulator.events().map(({ visitorId }) => visitorId);
}

/** Waits until exactly these have converted. */
export async function arrival(emulator: Emulator, ...visitors: readonly string[]): Promise<void> {
  await vi.waitFor(() => expect(converted(emulator)).toEqual(visitors), { timeout: 15_000 });
}

/** Long enough for whatever is still under way to arrive. */
export async function aWhile(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 500));
}

/** Convert is back, and nothing that was on its way before gets through by chance: only a new attempt arrives. */
export async function comesBack(emulator: Emulator): Promise<void> {
  await aWhile();
  emulator.setFaults({ track: 'ok' });
  await aWhile();
}
