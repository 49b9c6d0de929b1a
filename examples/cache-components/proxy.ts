import { convert } from './convert';

export const proxy = convert.proxy();

export const config = { matcher: ['/((?!_next/|api/|.*\\..*).*)'] };
