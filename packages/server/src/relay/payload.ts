import { decideRequest } from '../decide-request.ts';
import { publicUrl } from '../public-url.ts';
import { recognizeVisitor } from '../recognize-visitor.ts';
import { requestSource } from '../request-source.ts';
import type { Action } from './action.ts';
import { answer, refuse, refuseForNow } from './answer.ts';

const URL_MAX_LENGTH = 2_048;

/** Decides for a page of this site; nobody to decide for is answered with the originals. */
export const payload: Action = {
  method: 'GET',
  async answer(request, { core, options, limit }) {
    const url = pageUrl(request);
    if (url === null) return refuse(400, 'url_invalid');
    if (!core?.currentConfig) return refuseForNow('config_unavailable');
    const source = requestSource({ url, headers: request.headers });
    const { method } = request;
    const visitor = recognizeVisitor({ ...source, method, privacy: core.currentConfig.privacy }, options);
    const waitMs = visitor.visitorId === null ? 0 : limit.take(visitor.visitorId);
    if (waitMs > 0) return refuseForNow('rate_limited', 429, waitMs);
    const { attributes, cookie } = options;
    return answer(200, await decideRequest(core, { ...source, visitor, attributes, cookie }));
  },
};

/** The page that is asked for, if it is one of this site. */
function pageUrl(request: Request): URL | null {
  const own = publicUrl(request);
  const asked = own.searchParams.get('url');
  if (!asked || asked.length > URL_MAX_LENGTH || !URL.canParse(asked, own)) return null;
  const page = new URL(asked, own);
  page.hash = '';
  return page.origin === own.origin ? page : null;
}
