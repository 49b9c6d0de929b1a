'use client';

import type { AssignedFeature, Assignment, Payload } from '@convert-fullstack/core/bridge';
import type { FeatureKey, FeatureVariables } from '@convert-fullstack/core/register';
import { useMemo } from 'react';
import { useExposure } from './experience.tsx';
import { firstIn, useScope } from './scope.ts';

export type FeatureResult<Key extends FeatureKey = FeatureKey> =
  | {
      readonly enabled: true;
      readonly featureKey: Key;
      readonly featureId: string;
      readonly variables: FeatureVariables<Key>;
      /** The experience whose variation carries the feature. */
      readonly experienceKey: string;
      readonly variationKey: string | null;
    }
  | {
      readonly enabled: false;
      /** Empty, so that `variables.name ?? fallback` reads the same either way. */
      readonly variables: { readonly [Name in keyof FeatureVariables<Key>]?: undefined };
    };

const DISABLED = { enabled: false, variables: {} };

/**
 * A feature as the visitor's variations set it; the first experience that carries it provides it and counts as shown.
 *
 * @example
 * const banner = useFeature('banner');
 * return banner.enabled ? <Banner headline={banner.variables.headline} /> : null;
 */
export function useFeature<Key extends FeatureKey>(key: Key): FeatureResult<Key> {
  const scope = useScope(`useFeature("${key}")`);
  const carrier = firstIn(scope, key, carrierOf);
  useExposure(scope, carrier);
  const result = useMemo(() => {
    if (!carrier) return DISABLED;
    const { experienceKey, variationKey } = carrier;
    return { ...featureOf(carrier, key), experienceKey, variationKey, enabled: true };
  }, [carrier, key]);
  // The key was found; which variables go with it is what the app itself declared in Register.
  return result as FeatureResult<Key>;
}

function carrierOf({ experiences }: Payload, key: string): Assignment | undefined {
  return experiences.find((assignment) => featureOf(assignment, key));
}

function featureOf({ features }: Assignment, key: string): AssignedFeature | undefined {
  return features.find(({ featureKey }) => featureKey === key);
}
