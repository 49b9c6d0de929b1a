import type { Core } from '@convert-fullstack/core';
import { parseEvent } from '../relay-schema.ts';

/** Brings the config up to date for events that name what this process does not know. */
export type CatchUp = (core: Core, events: readonly unknown[]) => Promise<void>;

/** Made-up ids must not make the config be fetched all the time. */
const PAUSE_MS = 30_000;

/**
 * Each process refreshes its config at its own pace: a page may come from one that already has a new experience, and what
 * happens on it arrive at one that does not. `now` is monotone and in ms.
 */
export function createCatchUp(now: () => number = () => performance.now()): CatchUp {
  let refreshing: Promise<void> | null = null;
  let nextAt = Number.NEGATIVE_INFINITY;
  return async (core, events) => {
    if (!events.some((event) => isUnknown(core, event))) return;
    if (refreshing === null && now() >= nextAt) {
      nextAt = now() + PAUSE_MS;
      refreshing = core.refreshNow().finally(() => {
        refreshing = null;
      });
    }
    await refreshing;
  };
}

function isUnknown(core: Core, unchecked: unknown): boolean {
  const event = parseEvent(unchecked);
  if (event?.type === 'exposure') return core.assignment(event.experienceId, event.variationId) === null;
  return event?.type === 'conversion' && !core.hasGoal(event.goalKey);
}
