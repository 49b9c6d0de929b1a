import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server';
import createIntl from 'next-intl/middleware';
import { convert } from './convert';

const intl = createIntl({ locales: ['en', 'de'], defaultLocale: 'en', localePrefix: 'as-needed' });

const inside = convert.proxy((request) => {
  const { pathname } = request.nextUrl;
  if (pathname === '/pricing/localized') return basicAuth(request) ?? intl(request);
  if (pathname !== '/pricing/rewritten') return null;
  const answer = NextResponse.rewrite(new URL('/pricing/target', request.url));
  answer.cookies.set('from_app', 'yes');
  return answer;
});

export async function proxy(request: NextRequest, event: NextFetchEvent): Promise<Response> {
  return request.nextUrl.pathname === '/pricing/localized-outside' ? outside(request, event) : inside(request, event);
}

/** The proxies of others around ours. */
async function outside(request: NextRequest, event: NextFetchEvent): Promise<Response> {
  const refused = basicAuth(request);
  if (refused !== null) return refused;
  const decided = await inside(request, event);
  const answer = intl(request);
  for (const cookie of decided.headers.getSetCookie()) answer.headers.append('set-cookie', cookie);
  return answer;
}

/** `null`: come in. */
function basicAuth(request: NextRequest): Response | null {
  if (request.headers.get('authorization') === `Basic ${btoa('shop:open')}`) return null;
  return new Response('Who are you?', { status: 401, headers: { 'www-authenticate': 'Basic' } });
}

export const config = { matcher: ['/((?!_next/|api/|unmatched|.*\\..*).*)'] };
