import { convert } from '@/convert';

export const runtime = 'edge';

export async function POST() {
  const { status } = await convert.trackConversion('newsletter-signup');
  return Response.json({ status }, { status: 201 });
}
