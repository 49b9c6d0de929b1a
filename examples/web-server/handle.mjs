import {
  addressAfterPreview,
  createRelay,
  decideRequest,
  forgetVisitor,
  previewCookies,
  publicUrl,
  recognizeVisitor,
  requestSource,
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

    const source = requestSource({ url, headers: request.headers });
    const afterPreview = addressAfterPreview(url);
    if (afterPreview !== null) return leavePreview(source, afterPreview);

    const from = { ...source, method: request.method, privacy: core.currentConfig?.privacy };
    const visitor = withVisitorId(recognizeVisitor(from, options));
    const payload = await decideRequest(core, { ...source, visitor, only: ['home-hero'] });

    // With its cookie goes the last word on whose record it is.
    if (visitor.consent === 'denied') await forgetVisitor(core, from, options);

    const hero = payload.experiences[0]?.variationKey ?? 'original';
    const headers = new Headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-store' });
    const cookies = [...visitorCookies(source, visitor, options), ...previewCookies(source, payload.previewed ?? [])];
    for (const cookie of cookies) headers.append('set-cookie', cookie);
    return new Response(`<!doctype html><title>Shop</title><h1 data-variation="${escaped(hero)}">Hello</h1>`, {
      headers,
    });
  };
}

/** Keys are written by people: what is put into HTML by hand is escaped. */
function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function leavePreview(source, address) {
  const headers = new Headers({ location: address.href, 'cache-control': 'private, no-store' });
  for (const cookie of previewCookies(source, [])) headers.append('set-cookie', cookie);
  return new Response(null, { status: 307, headers });
}
