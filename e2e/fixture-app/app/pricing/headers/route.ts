import { headers } from 'next/headers';

/** The request's headers as pages see them. */
export async function GET() {
  return Response.json(Object.fromEntries(await headers()));
}
