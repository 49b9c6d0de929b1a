import { convert } from '@/convert';

export const runtime = 'edge';

export const { GET, POST } = convert.handlers;
