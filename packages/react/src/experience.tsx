'use client';

import type { Assignment, Payload } from '@convert-fullstack/core/bridge';
import type { ExperienceAssignment, ExperienceKey } from '@convert-fullstack/core/register';
import { type ReactNode, type RefCallback, useEffect, useMemo, useState } from 'react';
import { explainUnattached } from './explain.ts';
import { firstIn, type Scope, useScope, visitorIn } from './scope.ts';
import { whenSeen } from './when-seen.ts';

export interface UseExperienceOptions {
  /**
   * `'commit'` unless given. `'visible'`: when the element with the `ref` has been seen. `'manual'`: nothing is reported
   * until the app renders `<Exposure of={assignment} />`.
   */
  readonly exposure?: 'commit' | 'visible' | 'manual';
}

/** An assignment that counts when the element with this `ref` has been in view for a second. */
export interface WatchedAssignment<Key extends ExperienceKey = ExperienceKey> extends ExperienceAssignment<Key> {
  /** Never changes. Half of the element counts, or as much as fills half of the window. */
  readonly ref: RefCallback<Element>;
}

/**
 * The visitor's variation of an experience, or `null` when the visitor is not in it; reports the exposure after commit.
 *
 * @example
 * const hero = useExperience('home-hero');
 * return hero?.variationKey === 'b' ? <HeroB /> : <HeroA />;
 *
 * @example
 * const plans = useExperience('plans', { exposure: 'visible' });
 * return <section ref={plans?.ref}>{plans?.variationKey === 'table' ? <Table /> : <Cards />}</section>;
 */
export function useExperience<Key extends ExperienceKey>(
  key: Key,
  options: { readonly exposure: 'visible' },
): WatchedAssignment<Key> | null;
export function useExperience<Key extends ExperienceKey>(
  key: Key,
  options?: UseExperienceOptions,
): ExperienceAssignment<Key> | null;
export function useExperience(key: ExperienceKey, { exposure }: UseExperienceOptions = {}): Assignment | null {
  const scope = useScope(`useExperience("${key}")`);
  const assignment = firstIn(scope, key, assignmentOf);
  const [element, ref] = useState<Element | null>(null);
  const isWatched = exposure === 'visible';
  useExposure(scope, exposure === 'manual' ? null : assignment, isWatched ? element : undefined);
  return useMemo(() => (isWatched && assignment ? { ...assignment, ref } : assignment), [isWatched, assignment]);
}

function assignmentOf({ experiences }: Payload, key: string): Assignment | undefined {
  return experiences.find(({ experienceKey }) => experienceKey === key);
}

/** The part of an assignment that an exposure reports. */
interface Shown {
  readonly experienceId: string;
  readonly variationId: string;
}

export interface ExposureProps {
  /** The assignment whose variation is on the page; `null` reports nothing. */
  readonly of: Shown | null;
  /**
   * `'commit'` unless given. `'visible'`: when half of the element around it, or as much as fills half of the window, has
   * been in view for a second.
   */
  readonly when?: 'commit' | 'visible';
}

/**
 * Shows nothing and reports that the visitor is shown an assignment: for variations rendered by a Server Component, and for
 * `useExperience(key, { exposure: 'manual' })`.
 *
 * @example
 * const hero = await convert.experience('home-hero');
 * return <><Exposure of={hero} />{hero?.variationKey === 'b' ? <HeroB /> : <HeroA />}</>;
 */
export function Exposure({ of, when }: ExposureProps): ReactNode {
  const [marker, setMarker] = useState<Element | null>(null);
  const isWatched = when === 'visible';
  useExposure(useScope('<Exposure>'), of, isWatched ? (marker?.parentElement ?? null) : undefined);
  return isWatched && of && <span hidden ref={setMarker} />;
}

/**
 * Reports, after commit, that the visitor is shown this variation. With an element, when that has been seen; `null` as long
 * as it is not on the page.
 */
export function useExposure(scope: Scope, shown: Shown | null, element?: Element | null): void {
  const { session } = scope;
  const visitor = shown && visitorIn(scope)?.key;
  const { experienceId = '', variationId = '' }: Partial<Shown> = shown ?? {};

  // By ids, not by object: a refreshed payload brings equal assignments in new objects.
  useEffect(() => {
    if (!visitor) return;
    if (element === null) return explainUnattached(experienceId);
    return whenSeen(() => session.count(visitor, { type: 'exposure', experienceId, variationId }), element);
  }, [session, visitor, experienceId, variationId, element]);
}
