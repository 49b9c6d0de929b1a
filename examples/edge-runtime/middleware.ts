import { convert } from './convert';

export const middleware = convert.proxy();

export const config = { matcher: ['/((?!_next/|api/|.*\\..*).*)'] };
