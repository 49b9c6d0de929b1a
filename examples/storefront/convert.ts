import { createConvert } from '@convert-fullstack/next';
import { EXPERIMENTS_COOKIE } from './experiments-cookie';
import { visitorStoreIn } from './visitor-store';

const { CONVERT_SDK_KEY = 'demo', CONVERT_CONFIG_URL, CONVERT_TRACK_URL, VISITOR_FOLDER } = process.env;

export const convert = createConvert({
  sdkKey: CONVERT_SDK_KEY,
  environment: 'production',
  // A shop that asks first would say 'pending' until the visitor has answered.
  consent: ({ cookies }) => (cookies.get(EXPERIMENTS_COOKIE) === 'no' ? 'denied' : 'granted'),
  // Orders are counted by the server action and the webhook; a browser could make them up.
  browserConversions: { revenue: false, forceMultiple: false },
  // For a shop that runs in several processes, or is restarted: an order that one of them has counted, all know.
  ...(VISITOR_FOLDER && { dataStore: visitorStoreIn(VISITOR_FOLDER) }),
  // Set by `npm run demo` for the local emulator. Unset: Convert itself.
  transport: { configUrl: CONVERT_CONFIG_URL, trackUrl: CONVERT_TRACK_URL },
});
