// An edge function: after the answer only what it handed to `waitUntil` goes on.
import { Core } from '@convert-fullstack/core';

let core;

export default {
  async fetch(request, env, context) {
    core ??= new Core({
      sdkKey: env.CONVERT_SDK_KEY,
      environment: 'production',
      transport: { configUrl: env.CONVERT_CONFIG_URL, trackUrl: env.CONVERT_TRACK_URL },
    });
    await core.initialize();
    const { visitorId, transactionId, revenue } = await request.json();
    const visitor = core.createContext(visitorId);
    const { status } = visitor.trackConversion('purchase', { revenue, conversionData: { transactionId } });
    context.waitUntil(core.flush());
    return Response.json({ status }, { status: 201 });
  },
};
