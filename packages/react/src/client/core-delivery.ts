import type { Delivery, OnConsent } from '../delivery.ts';
import type { PageCore } from './page-core.ts';
import { readVisitorId, writeVisitorId } from './visitor-cookie.ts';

/** Hands what happened on this page to its Core. It is asked only when there is consent. */
export function createCoreDelivery(current: () => PageCore | null, onConsent: OnConsent): Delivery {
  function flush(): void {
    current()?.flush();
  }

  return {
    add(_, event) {
      const core = current();
      // Somebody whom the browser does not keep would be another one on every page.
      if (core && keep(core)) core.report(event);
    },
    async tell({ consent }) {
      const core = current();
      if (core && consent === 'granted') keep(core);
      onConsent(consent);
    },
    open() {
      const core = current();
      if (core) keep(core);
    },
    drop() {
      current()?.drop();
    },
    attach() {
      const provider = new AbortController();
      const listening = { signal: provider.signal };
      addEventListener('pagehide', flush, listening);
      document.addEventListener('visibilitychange', flush, listening);
      return () => {
        provider.abort();
        flush();
      };
    },
  };
}

/** Tells whether it worked. Whom this browser knows already, from another tab for example, stays who they are. */
function keep({ visitorId, isOwn }: PageCore): boolean {
  const known = readVisitorId();
  if (known !== visitorId && (isOwn || known === null)) writeVisitorId(visitorId);
  return isOwn || readVisitorId() === visitorId;
}
