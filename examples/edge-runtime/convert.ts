import { createConvert } from '@convert-fullstack/next';

const { CONVERT_SDK_KEY = 'demo', CONVERT_SECRET, CONVERT_CONFIG_URL, CONVERT_TRACK_URL } = process.env;

export const convert = createConvert({
  sdkKey: CONVERT_SDK_KEY,
  environment: 'production',
  // Middleware and pages share no memory on the edge: what the one tells the others is signed.
  secret: CONVERT_SECRET,
  // Set for the local emulator. Unset: Convert itself.
  transport: { configUrl: CONVERT_CONFIG_URL, trackUrl: CONVERT_TRACK_URL },
});
