// Ids of the sample project that this package serves by default.
export const accountId = '30098000';
export const projectId = '30098100';
export const homeHero = { id: '3009860001', original: '3009870001', trailStory: '3009870002' };
export const pricingPage = { id: '3009860002', annualFirst: '3009870005' };
export const wishlistDraft = '3009860012';
export const goals = { addToCart: '300985001', purchase: '300985003' };

export function exposure(experienceId: string, variationId: string): object {
  return { eventType: 'bucketing', data: { experienceId, variationId } };
}

export function conversion(goalId: string, more: object = {}): object {
  return { eventType: 'conversion', data: { goalId, ...more } };
}

export function visitor(
  visitorId: string,
  ...events: readonly object[]
): { visitorId: string; events: readonly object[] } {
  return { visitorId, events };
}

export function batch(...visitors: readonly object[]): Record<string, unknown> {
  return { accountId, projectId, enrichData: false, source: 'js-sdk', visitors };
}

/** Sends as a server with an SDK does. */
export function send(trackUrl: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${trackUrl}/track/local`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'User-Agent': 'ConvertAgent/1.0', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
