import type { PreviewRequest } from '@convert-fullstack/core';
import { RECEIPT_COOKIE } from '@convert-fullstack/core/bridge';
import {
  type CookieOptions,
  previewCookieHeader,
  type RequestVisitor,
  requestCookieHeader,
  VISITOR_COOKIE,
} from '@convert-fullstack/server';
import type { NextRequest } from 'next/server.js';

/** Changes the cookies of a request in place, so that the application's own proxy reads what the pages will. */
export function bringInStep(
  request: NextRequest,
  { visitor, previews }: { readonly visitor: RequestVisitor; readonly previews: readonly PreviewRequest[] },
  cookie?: CookieOptions,
): void {
  const before = request.headers.get('cookie');
  const withVisitor = requestCookieHeader(before, visitor, cookie);
  const header = previewCookieHeader(withVisitor, previews);
  if (header === before) return;
  // Keeps `request.cookies` in step; its own way of writing the header would re-encode all others.
  if (withVisitor !== before) changeVisitor(request, visitor, cookie);
  if (header === null) request.headers.delete('cookie');
  else request.headers.set('cookie', header);
}

function changeVisitor({ cookies }: NextRequest, { visitorId }: RequestVisitor, cookie: CookieOptions = {}): void {
  const { name = VISITOR_COOKIE } = cookie;
  if (visitorId === null) cookies?.delete([name, RECEIPT_COOKIE]);
  else if (cookies?.get(name)?.value !== visitorId) cookies?.set(name, visitorId);
}
