import { convert, pricing } from './convert';

export const proxy = convert.proxy({ staticVariants: [pricing] });

export const config = { matcher: ['/((?!_next/|api/|.*\\..*).*)'] };
