import { createDelivery } from '../../packages/react/src/delivery.ts';
import { openSession } from '../../packages/react/src/session.ts';

/** What a `<ConvertProvider>` keeps beside React: consent, what was seen before, and the delivery. */
export const session = openSession((onConsent) => createDelivery('/api/convert', onConsent));
