import { convert, pricing } from './convert';

export const middleware = convert.proxy({ staticVariants: [pricing] });

export const config = { matcher: ['/((?!_next/|api/|.*\\..*).*)'], runtime: 'nodejs' };
