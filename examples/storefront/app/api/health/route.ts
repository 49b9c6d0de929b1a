import { connection } from 'next/server';
import { convert } from '@/convert';

/**
 * Who was assigned, exposed and converted, for the dashboard of `npm run demo`. A real shop keeps such a route to itself:
 * the numbers of its experiments are nobody else's business.
 */
export async function GET() {
  // On request, not while the app is built.
  await connection();
  return Response.json(convert.health());
}
