import { NextResponse } from 'next/server';
import { convert } from './convert';

export const proxy = convert.proxy((request) => {
  if (request.nextUrl.pathname !== '/pricing/rewritten') return null;
  const answer = NextResponse.rewrite(new URL('/pricing/target', request.url));
  answer.cookies.set('from_app', 'yes');
  return answer;
});

export const config = { matcher: ['/((?!_next/|api/|unmatched|.*\\..*).*)'] };
