import { type NextRequest, NextResponse } from 'next/server';
import { convert, variants } from './convert';

const PROXIES = {
  empty: () => NextResponse.next(),
  /** Leads to a page of a variation without deciding anything: what Next.js itself takes for it. */
  rewrite: (request: NextRequest) =>
    request.nextUrl.pathname === '/static'
      ? NextResponse.rewrite(new URL('/convert/original/static', request.url))
      : NextResponse.next(),
  convert: convert.proxy({ staticVariants: [variants] }),
};

/** Which proxy is measured is said when the server starts, so that all of them run the same build. */
const { BENCH_PROXY = 'convert' } = process.env;

export const proxy = PROXIES[BENCH_PROXY === 'empty' || BENCH_PROXY === 'rewrite' ? BENCH_PROXY : 'convert'];

export const config = { matcher: ['/((?!_next/|api/|.*\\..*).*)'] };
