import { createConvert } from '@convert-fullstack/next';

const { CONVERT_SDK_KEY = 'demo', CONVERT_CONFIG_URL, CONVERT_TRACK_URL } = process.env;

export const convert = createConvert({
  sdkKey: CONVERT_SDK_KEY,
  environment: 'production',
  transport: {
    ...(CONVERT_CONFIG_URL && { configUrl: CONVERT_CONFIG_URL }),
    ...(CONVERT_TRACK_URL && { trackUrl: CONVERT_TRACK_URL }),
  },
});
