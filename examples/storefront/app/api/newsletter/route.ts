import { carriedVisitorId } from '@convert-fullstack/next';
import { convert } from '@/convert';

/** Stands for a newsletter service on a domain of its own, which never sees the shop's cookies. */
export async function POST(request: Request) {
  const form = await request.formData();
  await convert.trackConversion('newsletter-signup', { visitorId: carriedVisitorId(form) });
  return new Response(null, { status: 303, headers: { location: '/newsletter' } });
}
