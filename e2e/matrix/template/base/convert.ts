import { createConvert } from '@convert-fullstack/next';

export const convert = createConvert({
  sdkKey: process.env.CONVERT_SDK_KEY,
  environment: 'production',
  transport: { configUrl: process.env.CONVERT_CONFIG_URL, trackUrl: process.env.CONVERT_TRACK_URL },
  secret: process.env.CONVERT_SECRET,
});

export const pricing = convert.staticVariants({ experiences: ['pricing-page'], paths: ['/pricing/static'], limit: 3 });
