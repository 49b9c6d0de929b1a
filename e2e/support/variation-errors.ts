import type { Health } from '@convert-fullstack/core';

/** How often an application has heard that a variation threw. */
export async function errorsOf(app: string, experienceKey: string, variationKey: string): Promise<number> {
  const { experiences }: Health = await (await fetch(`${app}/api/health`)).json();
  const variations = experiences.find((experience) => experience.experienceKey === experienceKey)?.variations ?? [];
  return variations.find((variation) => variation.variationKey === variationKey)?.errors ?? 0;
}
