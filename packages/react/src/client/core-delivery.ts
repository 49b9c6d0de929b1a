import type { Delivery, OnConsent } from '../delivery.ts';
import type { PageCore } from './page-core.ts';
import { readVisitorId, writeVisitorId } from './visitor-cookie.ts';

/** Hands what happened on this page to its Core. It is asked only when there is consent. */
export function createCoreDelivery(current: () => PageCore | null, onConsent: OnConsent): Delivery {
  /** Where the visitor of this page is kept. */
  let kept: 'nowhere' | 'cookie' | 'application' | null = null;

  // Whom this browser knows already, from another tab for example, stays who they are.
  function keep({ visitorId, isOwn }: PageCore): void {
    const known = readVisitorId();
    if (known !== visitorId && (isOwn || known === null)) writeVisitorId(visitorId);
    kept = readVisitorId() === visitorId ? 'cookie' : isOwn ? 'application' : 'nowhere';
  }

  function open(): void {
    const core = current();
    // Once: what another tab has erased since stays erased.
    if (core && kept === null) keep(core);
  }

  function flush(): void {
    current()?.flush();
  }

  return {
    add(visitor, event) {
      open();
      // Somebody whom nobody keeps would be another one on every page.
      const isKept = kept === 'application' || (kept === 'cookie' && readVisitorId() === visitor);
      if (isKept) current()?.report(event);
    },
    async tell({ consent }) {
      kept = null;
      if (consent === 'granted') open();
      onConsent(consent);
    },
    open,
    drop() {
      current()?.drop();
    },
    attach() {
      const provider = new AbortController();
      const listening = { signal: provider.signal };
      let isLeaving = false;
      const leave = () => {
        // Once: a page that is going away is told that what it sends has failed, although it arrives.
        if (!isLeaving) flush();
        isLeaving = true;
      };
      const stay = () => {
        isLeaving = false;
      };
      addEventListener('pagehide', leave, listening);
      addEventListener('pageshow', stay, listening);
      document.addEventListener('visibilitychange', () => (document.hidden ? leave() : stay()), listening);
      return () => {
        provider.abort();
        flush();
      };
    },
  };
}
