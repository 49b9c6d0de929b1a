import type { Assignment, Core, FeatureResult, Payload } from '@convert-fullstack/core';

/** The decisions of one request, as results. */
export interface Decided {
  /** `only`: keys of the experiences and features to keep. */
  payload(only?: readonly string[]): Payload;
  /** Safe to hand to a client component: it holds nothing of the config but ids, keys and typed variables. */
  experience(key: string): Assignment | null;
  feature(key: string): FeatureResult | null;
}

/** `core`: `null` when nothing was decided; `visitorId`: `null` when it is for many. */
export function decided(core: Core | null, visitorId: string | null, payload: Payload): Decided {
  return {
    payload(only) {
      if (only === undefined) return payload;
      if (payload.preview) return { ...payload, experiences: payload.experiences.filter((one) => isNamed(one, only)) };
      if (core === null) return payload;
      const kept = core.payloadFor(visitorId, decisionsOf(payload), { only });
      // Without the pairs (the config has just changed) the whole payload is what the rest of the page was made of.
      return kept === null ? payload : { ...payload, experiences: kept.experiences, goals: kept.goals };
    },
    experience(key) {
      return payload.experiences.find(({ experienceKey }) => experienceKey === key) ?? null;
    },
    feature(key) {
      for (const { experienceKey, variationKey, features } of payload.experiences) {
        const feature = features.find(({ featureKey }) => featureKey === key);
        if (feature) return { ...feature, status: 'enabled', experienceKey, variationKey };
      }
      return null;
    },
  };
}

function isNamed({ experienceKey, features }: Assignment, keys: readonly string[]): boolean {
  return keys.includes(experienceKey) || features.some(({ featureKey }) => keys.includes(featureKey));
}

/** A payload's decisions as pairs of experience id and variation id. */
export function decisionsOf({ experiences }: Payload): [experienceId: string, variationId: string][] {
  return experiences.map(({ experienceId, variationId }) => [experienceId, variationId]);
}
