import { act } from '@testing-library/react';
import { vi } from 'vitest';

/**
 * Lets fake time pass, one timer after the other: React 18 renders what happens in an `act` at its end only, and so no timer
 * would see what the one before it has brought about.
 */
export async function elapse(ms: number): Promise<void> {
  let isOver = false;
  setTimeout(() => {
    isOver = true;
  }, ms);
  while (!isOver) await act(async () => void (await vi.advanceTimersToNextTimerAsync()));
  // What else is due by now.
  await act(async () => void (await vi.advanceTimersByTimeAsync(0)));
}
