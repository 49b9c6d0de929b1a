import { type Consent, createConvert } from '@convert-fullstack/next';

const {
  CONVERT_SDK_KEY = 'demo',
  CONVERT_CONFIG_URL,
  CONVERT_TRACK_URL,
  // For servers that a test starts by itself.
  FIXTURE_COOKIE = '{}',
  FIXTURE_USERS = 'no',
} = process.env;

export const convert = createConvert({
  sdkKey: CONVERT_SDK_KEY,
  environment: 'production',
  transport: {
    ...(CONVERT_CONFIG_URL && { configUrl: CONVERT_CONFIG_URL }),
    ...(CONVERT_TRACK_URL && { trackUrl: CONVERT_TRACK_URL }),
  },
  cookie: JSON.parse(FIXTURE_COOKIE),
  consent: ({ cookies }) => consentOf(cookies.get('consent')),
  visitorId: ({ cookies }) => (FIXTURE_USERS === 'yes' ? cookies.get('user') : null),
});

/** Whoever has not been asked takes part: most tests are about something else. */
function consentOf(choice: string | undefined): Consent {
  return choice === 'pending' || choice === 'denied' ? choice : 'granted';
}
