import {
  type ConversionOptions,
  type ConversionResult,
  conversionMissed,
  conversionQueued,
} from '@convert-fullstack/core/bridge';
import { createDelivery } from './delivery.ts';
import { createSeen } from './seen.ts';
import { whenVisible } from './when-visible.ts';

/** The part of an assignment that an exposure reports. */
export interface Shown {
  readonly experienceId: string;
  readonly variationId: string;
}

/** One page life in the browser: what this visitor was shown and reached, and its delivery to the relay. */
export interface Session {
  /** Reports the exposure once the page is visible; the result cancels it until then. */
  expose(visitorId: string, shown: Shown): () => void;
  trackConversion(visitorId: string, goalKey: string, options: ConversionOptions): ConversionResult;
  /** Listens for the page being left; the result stops listening and sends what waits. */
  attach(isTracking: boolean): () => void;
}

/** Rendering only passes the function on. Storage, timers and listeners are touched when an effect or a click calls it. */
export function sessionOnFirstUse(url: string): () => Session {
  let session: Session | null = null;
  return () => {
    session ??= openSession(url);
    return session;
  };
}

function openSession(url: string): Session {
  const seen = createSeen();
  const delivery = createDelivery(url);

  return {
    expose(visitorId, shown) {
      return whenVisible(() => {
        const isNew = seen.note(visitorId, 'shown', shown.experienceId, shown.variationId);
        if (isNew) delivery.add({ type: 'exposure', ...shown });
      });
    },
    trackConversion(visitorId, goalKey, options) {
      const isFirst = seen.note(visitorId, 'reached', goalKey, 'yes');
      if (!isFirst && !options.forceMultiple) return conversionMissed('deduplicated');
      delivery.add({ ...options, type: 'conversion', goalKey, exposed: seen.shownTo(visitorId) });
      return conversionQueued();
    },
    attach: delivery.attach,
  };
}
