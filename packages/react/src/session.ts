import type { Consent, ConversionMiss, Payload, RelayEvent } from '@convert-fullstack/core/bridge';
import { type Answer, consentOf } from './consent.ts';
import type { Delivery, OnConsent } from './delivery.ts';
import { createSeen } from './seen.ts';

/** One page life in the browser: what this visitor allows, was shown and reached, and its delivery. */
export interface Session {
  /** Reports what somebody, as `visitorOf(payload)`, saw or did, when there is consent; `null`, or why not. */
  count(visitor: string, event: RelayEvent): ConversionMiss | null;
  /** A payload has arrived: its consent counts, and what other pages left is delivered. */
  heed(payload: Payload): void;
  /** The visitor answers, on a page that was made with this payload; resolves when the relay has answered, too. */
  answer(to: Answer, payload: Payload | null): Promise<void>;
  /** Drops what waits for delivery. */
  drop(): void;
  /** Listens for the page being left; the result stops listening and sends what waits. */
  attach(): () => void;
}

/** Opening one touches nothing: storage, timers and listeners wait for an effect or a click. */
export function openSession(connect: (onConsent: OnConsent) => Delivery): Session {
  const seen = createSeen();
  const delivery = connect(become);
  /** What may be done now: nothing but to remember, until a payload says more. */
  let consent: Consent = 'pending';
  let answered: Answer | null = null;
  const held: (() => void)[] = [];

  function become(to: Consent): void {
    if (to === consent) return;
    consent = to;
    if (to !== 'pending') seen.restart(to === 'granted');
    if (to === 'denied') delivery.drop();
    // Looked at again: it may have been counted before, or by another tab meanwhile.
    for (const again of held.splice(0)) again();
  }

  function count(visitor: string, event: RelayEvent): ConversionMiss | null {
    if (consent === 'denied') return 'tracking_off';
    // What the app changes later is not reported.
    const copy: RelayEvent = JSON.parse(JSON.stringify(event));
    if (!isNew(visitor, copy)) return 'deduplicated';
    if (consent === 'pending') held.push(() => count(visitor, copy));
    else delivery.add(visitor, copy.type === 'conversion' ? { ...copy, exposed: seen.shownTo(visitor) } : copy);
    return null;
  }

  function isNew(visitor: string, event: RelayEvent): boolean {
    if (event.type === 'exposure') return seen.note(visitor, 'shown', event.experienceId, event.variationId);
    if (event.type !== 'conversion') return true;
    return seen.note(visitor, 'reached', event.goalKey, 'yes') || event.forceMultiple === true;
  }

  return {
    ...delivery,
    count,
    drop() {
      held.length = 0;
      delivery.drop();
    },
    heed(payload) {
      const given = consentOf(payload);
      // Parts of a page may be older than the consent that others came with: only a denial takes it back.
      if (!answered && (consent !== 'granted' || given !== 'pending')) become(given);
      if (consent === 'granted') delivery.open();
    },
    async answer(to, payload) {
      const before = answered ?? consentOf(payload);
      if (to === before) return;
      answered = to;
      if (to === 'denied') {
        become(to);
        // Before it was granted, nothing was kept that the relay could erase.
        if (before === 'granted') await delivery.tell({ consent: to });
      } else if (payload?.visitorId) {
        become('pending');
        await delivery.tell({ consent: to, visitorId: payload.visitorId });
      }
    },
  };
}
