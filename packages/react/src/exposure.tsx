'use client';

import type { ReactNode } from 'react';
import { useScope } from './scope.ts';
import type { Shown } from './session.ts';
import { useExposure } from './use-exposure.ts';

export interface ExposureProps {
  /** The assignment whose variation is on the page; `null` reports nothing. */
  readonly of: Shown | null;
}

/**
 * Renders nothing and reports that the visitor is shown an assignment: for variations rendered by a Server Component, and
 * for `useExperience(key, { exposure: 'manual' })`.
 *
 * @example
 * const hero = await convert.experience('home-hero');
 * return <><Exposure of={hero} />{hero?.variationKey === 'b' ? <HeroB /> : <HeroA />}</>;
 */
export function Exposure({ of }: ExposureProps): ReactNode {
  useExposure(useScope('<Exposure>'), of);
  return null;
}
