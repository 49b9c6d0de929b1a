import sampleProject from '@convert-fullstack/emulator/sample-project.json' with { type: 'json' };
import { createConvert } from '@convert-fullstack/next';

const { CONVERT_SDK_KEY = 'demo', CONVERT_CONFIG_URL, CONVERT_TRACK_URL, CONVERT_HTTP_ONLY } = process.env;

export const convert = createConvert({
  sdkKey: CONVERT_SDK_KEY,
  environment: 'production',
  // Static pages are rendered by the build, where Convert may be out of reach.
  fallbackData: sampleProject,
  // Set for the local emulator. Unset: Convert itself.
  transport: { configUrl: CONVERT_CONFIG_URL, trackUrl: CONVERT_TRACK_URL },
  cookie: { httpOnly: CONVERT_HTTP_ONLY === 'yes' },
  consent({ cookies }) {
    const choice = cookies.get('consent');
    return choice === 'pending' || choice === 'denied' ? choice : 'granted';
  },
});

/** Pages that are rendered ahead of time, once for each combination of variations. */
export const landing = convert.staticVariants({
  experiences: ['seasonal-badges'],
  paths: ['/products/static', '/products/static/:slug', '/products/legacy-static', '/products/failing'],
  limit: 10,
});
