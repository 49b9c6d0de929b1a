import { parsePreviewParam } from '@convert-fullstack/core';
import {
  createRelay,
  forgetVisitor,
  originalPayload,
  publicUrl,
  recognizeVisitor,
  requestAttributes,
  visitorCookies,
  withVisitorId,
} from '@convert-fullstack/server';

const options = {
  consent: ({ cookies }) => (cookies.get('consent') === 'no' ? 'denied' : 'granted'),
};

/** Returns what answers any Web `Request`, whatever server it comes from. */
export function createShop(core) {
  const relay = createRelay({ core, ...options });

  return async function handle(request) {
    await core.initialize();
    const url = publicUrl(request);
    if (url.pathname.startsWith('/api/convert/')) return relay(request);

    const from = { url, headers: request.headers, method: request.method };
    const visitor = withVisitorId(recognizeVisitor({ ...from, privacy: core.currentConfig?.privacy }, options));
    const payload = await decide(core, { ...from, visitor });

    // With its cookie goes the last word on whose record it is.
    if (visitor.consent === 'denied') await forgetVisitor(core, from, options);

    const hero = payload.experiences[0]?.variationKey ?? 'original';
    const headers = new Headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-store' });
    for (const cookie of visitorCookies(from, visitor, options)) headers.append('set-cookie', cookie);
    return new Response(`<!doctype html><title>Shop</title><h1 data-variation="${escaped(hero)}">Hello</h1>`, {
      headers,
    });
  };
}

/** Keys are written by people: what is put into HTML by hand is escaped. */
function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

async function decide(core, { url, headers, visitor }) {
  if (visitor.visitorId === null) return originalPayload(visitor);
  const { attributes, locationAttributes } = requestAttributes({ url, headers, isNew: visitor.isNew });
  const context = await core.loadContext(visitor.visitorId, attributes);
  const preview = parsePreviewParam(url.searchParams.get('convert_preview'));
  if (preview !== null) await context.setPreview(preview);
  return context.toPayload({ only: ['home-hero'], locationAttributes });
}
