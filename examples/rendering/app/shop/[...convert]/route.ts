import { convert } from '@/convert';

export const { GET, POST } = convert.handlers;
