import { after } from 'next/server';
import { convert } from '@/convert';

/** Outside of the proxy's matcher: it names the page that it answers for. */
export async function POST() {
  const badge = await convert.feature('season-badge', { url: '/products/actions' });
  after(() => convert.trackConversion('newsletter-signup'));
  return Response.json({ label: badge?.variables.label ?? null });
}
