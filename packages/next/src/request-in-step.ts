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
  changeVisitor(request, visitor, cookie);
  changePreviews(request, previews);
}

function changeVisitor(request: NextRequest, visitor: RequestVisitor, cookie: CookieOptions = {}): void {
  if (visitor.isBot) return;
  const { visitorId } = visitor;
  const { name = VISITOR_COOKIE } = cookie;
  const before = request.headers.get('cookie');
  const header = requestCookieHeader(before, visitor, cookie);
  if (header === before) return;
  // Keeps `request.cookies` in step; its own way of writing the header would re-encode all others.
  if (visitorId === null) request.cookies?.delete([name, RECEIPT_COOKIE]);
  else if (request.cookies?.get(name)?.value !== visitorId) request.cookies?.set(name, visitorId);
  if (header === null) request.headers.delete('cookie');
  else request.headers.set('cookie', header);
}

function changePreviews(request: NextRequest, previews: readonly PreviewRequest[]): void {
  const before = request.headers.get('cookie');
  const header = previewCookieHeader(before, previews);
  if (header === before) return;
  if (header === null) request.headers.delete('cookie');
  else request.headers.set('cookie', header);
}
