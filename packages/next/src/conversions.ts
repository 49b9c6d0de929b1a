import type { Context, ConversionOptions, ConversionResult, Core } from '@convert-fullstack/core';
import { conversionMissed } from '@convert-fullstack/core/bridge';
import type { GoalKey } from '@convert-fullstack/core/register';
import { goalIdOf, isVisitorId } from '@convert-fullstack/server';
import { deliver } from './deliver.ts';
import { openReceipt } from './goal-receipt.ts';
import type { ConvertOptions } from './options.ts';
import type { PageVisit } from './page-visit.ts';
import type { ReadOptions } from './page-visits.ts';
import type { SharedCore } from './shared-core.ts';

export interface TrackOptions extends ConversionOptions, Pick<ReadOptions, 'headers'> {
  /**
   * Whose conversion it is where the request is not the visitor's own, a webhook for example: as `carriedVisitorId` or
   * `convert.visitor()` gave it. Nothing else about the request is then looked at, and nothing is counted without an id.
   */
  readonly visitorId?: string | null | undefined;
}

export interface Conversions {
  /**
   * Queues a conversion in a server action or route handler, to be delivered after the response; `revenue` is in the
   * project's currency. `tracking_off`: there is no visitor who may be counted.
   *
   * @example
   * await convert.trackConversion('purchase', { revenue: 49.99 });
   */
  trackConversion(goalKey: GoalKey, options?: TrackOptions): Promise<ConversionResult>;
}

export function createConversions(
  shared: () => SharedCore,
  { cookie }: ConvertOptions,
  visitOf: (where: ReadOptions) => Promise<PageVisit>,
): Conversions {
  /** `null`: there is nobody to track for. */
  async function open(visitorId: unknown): Promise<{ core: Core; context: Context } | null> {
    const { core, firstConfig, notices } = shared();
    if (!isVisitorId(visitorId) || core === null) return null;
    await firstConfig;
    try {
      return { core, context: await core.loadContext(visitorId) };
    } catch (error) {
      notices.failure('Tracking a conversion', error);
      return null;
    }
  }

  return {
    async trackConversion(goalKey, { headers, ...options } = {}) {
      const { visitorId, ...conversion } = options;
      // Named but absent: nobody was carried along, and whoever sends this request is somebody else.
      const visit = 'visitorId' in options ? null : await visitOf({ headers });
      if (await visit?.isPreview()) return conversionMissed('preview');
      const opened = await open(visit === null ? visitorId : await grantedId(visit));
      if (opened === null) return conversionMissed('tracking_off');
      const { core, context } = opened;
      const goalId = visit === null ? null : goalIdOf(core, goalKey);
      const receipt =
        goalId === null ? null : await openReceipt({ goalId, visitorId: context.visitorId }, { headers, cookie });
      if (receipt?.isCounted && !conversion.forceMultiple) return conversionMissed('deduplicated');
      const result = context.trackConversion(goalKey, conversion);
      if (!result.tracked) return result;
      receipt?.keep();
      deliver(shared);
      return result;
    },
  };
}

async function grantedId(visit: PageVisit): Promise<string | null> {
  const { visitorId, consent } = await visit.visitor();
  return consent === 'granted' ? visitorId : null;
}
