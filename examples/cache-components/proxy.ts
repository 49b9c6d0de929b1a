import { convert, landing } from './convert';

export const proxy = convert.proxy({ staticVariants: [landing] });

export const config = { matcher: ['/((?!_next/|api/|.*\\..*).*)', '/convert/:path*'] };
