'use client';

import {
  type ConversionOptions,
  type ConversionResult,
  checkConversion,
  conversionMissed,
} from '@convert-fullstack/core/bridge';
import type { GoalKey } from '@convert-fullstack/core/register';
import { useCallback, useInsertionEffect, useRef } from 'react';
import { payloadsIn, useScope } from './scope.ts';

export type TrackConversion = (goalKey: GoalKey, options?: ConversionOptions) => ConversionResult;

/**
 * A function that reports a goal, once per visitor unless `forceMultiple`; its identity never changes. It throws
 * `ConvertError` `conversion_data_invalid` for a value that is neither a string nor a finite number.
 *
 * @example
 * const trackConversion = useTrackConversion();
 * return <button onClick={() => trackConversion('purchase', { revenue: 49.99 })}>Buy</button>;
 */
export function useTrackConversion(): TrackConversion {
  const scope = useScope('useTrackConversion()');
  const payloads = payloadsIn(scope);

  const track: TrackConversion = (goalKey, options = {}) => {
    checkConversion(options);
    const visitorId = payloads[0]?.visitorId;
    if (payloads[0]?.preview) return conversionMissed('preview');
    if (!visitorId || !scope.isTracking) return conversionMissed('tracking_off');
    if (!payloads.some(({ goals }) => goals.includes(goalKey))) return conversionMissed('goal_not_found');
    return scope.session().trackConversion(visitorId, goalKey, options);
  };

  // An insertion effect runs before every other effect of the commit, so none of them can call a stale version.
  const latest = useRef(track);
  useInsertionEffect(() => {
    latest.current = track;
  });
  return useCallback<TrackConversion>((goalKey, options) => latest.current(goalKey, options), []);
}
