import { parsePreviewParam } from '@convert-fullstack/core';
import { publicUrl, readVisitor, relay, requestAttributes, visitorCookie } from '@convert-fullstack/server';

/** Answers any Web `Request`, whatever server it comes from. */
export async function handle(request, core) {
  await core.initialize();
  const url = publicUrl(request);
  if (url.pathname.startsWith('/api/convert/')) return relay(request, { core });

  const { visitorId, isNew } = readVisitor(request);
  const { attributes, locationAttributes } = requestAttributes({ url, headers: request.headers, isNew });
  const context = await core.loadContext(visitorId, attributes);
  const preview = parsePreviewParam(url.searchParams.get('convert_preview'));
  if (preview !== null) await context.setPreview(preview);
  const payload = context.toPayload({ only: ['home-hero'], locationAttributes });

  const hero = payload.experiences[0]?.variationKey ?? 'original';
  const headers = new Headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-store' });
  if (isNew) headers.append('set-cookie', visitorCookie(visitorId, { secure: url.protocol === 'https:' }));
  return new Response(`<!doctype html><title>Shop</title><h1 data-variation="${hero}">Hello</h1>`, { headers });
}
