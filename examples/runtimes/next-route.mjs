// A route handler of Next.js (`app/orders/route.js`); a server action reads the same.
import process from 'node:process';
import { createConvert } from '@convert-fullstack/next';

const { CONVERT_SDK_KEY, CONVERT_CONFIG_URL, CONVERT_TRACK_URL } = process.env;

export const convert = createConvert({
  sdkKey: CONVERT_SDK_KEY,
  environment: 'production',
  transport: { configUrl: CONVERT_CONFIG_URL, trackUrl: CONVERT_TRACK_URL },
});

export async function POST(request) {
  const { transactionId, revenue } = await request.json();
  const { status } = await convert.trackConversion('purchase', { revenue, conversionData: { transactionId } });
  return Response.json({ status }, { status: 201 });
}
