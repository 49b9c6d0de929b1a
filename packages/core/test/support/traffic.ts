import type { Assignment, Core, ExperienceHealth } from '@convert-fullstack/core';
import type { Dice } from './official-projects.ts';
import { arms, experience, type Json, project } from './project.ts';

/** A project whose experiences split their traffic as given, in percent. */
export function splitting(...splits: readonly (readonly number[])[]): Json {
  const experiences = splits.map((shares, at) =>
    experience(`${at + 1}0`, `e${at}`, { variations: arms(`${at + 1}0`, shares) }),
  );
  return project({
    experiences,
    goals: [
      { id: '50', key: 'purchase' },
      { id: '51', key: 'signup' },
    ],
  });
}

export interface Traffic {
  readonly visitors: number;
  /** Pages of each visitor: from, to. */
  readonly pages?: readonly [from: number, to: number];
  /** Whether a visitor gets to see an assignment; asked once for each. */
  isExposed?(assignment: Assignment, visitor: number): boolean;
  idOf?(visitor: number): string;
}

/** Visitors whose pages are made from payloads, who come and go, and whose browsers report each exposure once. */
export function browse(core: Core, dice: Dice, { visitors, pages = [1, 6], isExposed, idOf }: Traffic): void {
  const prefix = `visitor-${dice.between(0, 1_000_000)}-`;
  const pageCounts = Array.from({ length: visitors }, () => dice.between(...pages));
  for (let page = 0; page < pages[1]; page++) {
    for (const [visitor, count] of pageCounts.entries()) {
      if (page >= count) continue;
      const visitorId = idOf?.(visitor) ?? `${prefix}${visitor}`;
      const { experiences } = core.createContext(visitorId).toPayload();
      if (page > 0) continue;
      const shown = experiences.filter((assignment) => isExposed?.(assignment, visitor) ?? dice.chance(0.6));
      for (const assignment of shown) core.createContext(visitorId).expose(assignment);
    }
  }
}

export function healthOf(core: Core, experienceKey = 'e0'): ExperienceHealth {
  const found = core.health().experiences.find((one) => one.experienceKey === experienceKey);
  if (found === undefined) throw new Error(`nothing was counted of ${experienceKey}`);
  return found;
}

export const causesOf = (core: Core, experienceKey?: string): string[] =>
  healthOf(core, experienceKey).causes.map(({ cause }) => cause);

/** A count of each variation, by its key. */
export const counts = (
  core: Core,
  stage: 'assigned' | 'exposed' | 'converted' | 'share',
  experienceKey?: string,
): Record<string, number> =>
  Object.fromEntries(healthOf(core, experienceKey).variations.map((one) => [one.variationKey ?? '', one[stage]]));
