import sampleProject from '@convert-fullstack/emulator/sample-project.json' with { type: 'json' };
import { createConvert } from '@convert-fullstack/next';

const { CONVERT_SDK_KEY = 'demo', CONVERT_CONFIG_URL, CONVERT_TRACK_URL } = process.env;

export const convert = createConvert({
  sdkKey: CONVERT_SDK_KEY,
  environment: 'production',
  // Static pages are rendered by the build, where Convert may be out of reach.
  fallbackData: sampleProject,
  // Set for the local emulator. Unset: Convert itself.
  transport: { configUrl: CONVERT_CONFIG_URL, trackUrl: CONVERT_TRACK_URL },
});

/** Pages that are rendered ahead of time, once for each variation. */
export const landing = convert.staticVariants({
  experiences: ['seasonal-badges'],
  paths: ['/products/ridge-tent'],
  limit: 10,
});
