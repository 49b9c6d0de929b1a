'use client';

import {
  type ConversionMiss,
  type ConversionOptions,
  type ConversionResult,
  checkConversion,
  conversionMissed,
  conversionQueued,
} from '@convert-fullstack/core/bridge';
import type { GoalKey } from '@convert-fullstack/core/register';
import { payloadsIn, useScope, useStable, visitorIn } from './scope.ts';

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
  const payloads = [...payloadsIn(scope)];
  const visitor = visitorIn(scope);

  function report(goalKey: GoalKey, options: ConversionOptions): ConversionMiss | null {
    if (payloads[0]?.preview) return 'preview';
    if (!visitor) return 'tracking_off';
    if (!payloads.some(({ goals }) => goals.includes(goalKey))) return 'goal_not_found';
    return scope.session.count(visitor.key, { ...options, type: 'conversion', goalKey });
  }

  return useStable<Parameters<TrackConversion>, ConversionResult>((goalKey, options = {}) => {
    checkConversion(options);
    const miss = report(goalKey, options);
    return miss ? conversionMissed(miss) : conversionQueued();
  });
}
