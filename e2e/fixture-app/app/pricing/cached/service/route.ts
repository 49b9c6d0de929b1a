import { randomUUID } from 'node:crypto';

/** As another server: what it answers is for the variation, and says what it was told about who asks. */
export async function GET({ url, headers }: Request) {
  const variation = new URL(url).searchParams.get('variation');
  return Response.json({ variation, made: randomUUID(), heard: Object.fromEntries(headers) });
}
