import { connection } from 'next/server';
import { convert } from '@/convert';

export async function GET() {
  await connection();
  return Response.json(convert.health());
}
