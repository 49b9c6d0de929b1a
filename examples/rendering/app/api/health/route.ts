import { connection } from 'next/server';
import { convert } from '@/convert';

/** What this process has counted, errors of variations among it; a real one is for those who run the application. */
export async function GET() {
  await connection();
  return Response.json(convert.health());
}
