import { knownVisitorIds } from '../forget-visitor.ts';
import { publicUrl } from '../public-url.ts';
import { parseConsent } from '../relay-schema.ts';
import type { RequestToRead } from '../request-source.ts';
import { visitorCookies } from '../visitor-cookies.ts';
import type { Action, OpenRelay } from './action.ts';
import { answer, refuse, refuseForNow } from './answer.ts';
import { readJson } from './read-json.ts';
import { refuseSender, senderOf, sourceOf } from './sender.ts';

const MAX_BYTES = 1_024;
const ERASED = { visitorId: null, consent: 'denied', isBot: false } as const;

/** Keeps the visitor whose page was made while consent was pending, or erases the one who is known. */
export const consent: Action = {
  method: 'POST',
  async answer(request, relay) {
    const body = await readJson(request, MAX_BYTES);
    if ('refusal' in body) return body.refusal;
    const choice = parseConsent(body.value);
    if (choice === null) return refuse(400, 'consent_invalid');
    return choice.consent === 'granted' ? keep(request, relay, choice.visitorId) : erase(request, relay);
  },
};

function keep(request: Request, relay: OpenRelay, pageVisitorId: string): Response {
  const { options, limit } = relay;
  const sender = senderOf(request, relay);
  const refusal = refuseSender(sender);
  if (refusal !== null) return refusal;
  // Whom this browser or the application knows already, from another tab or a session, stays who they are.
  const visitorId = sender.visitorId ?? pageVisitorId;
  const waitMs = limit.take(visitorId);
  if (waitMs > 0) return refuseForNow('rate_limited', 429, waitMs);
  const setCookies = visitorCookies(placeOf(request), { ...sender, visitorId }, options);
  return answer(200, options.cookie?.httpOnly ? {} : { visitorId }, { setCookies });
}

async function erase(request: Request, { core, options, limit }: OpenRelay): Promise<Response> {
  for (const visitorId of knownVisitorIds(sourceOf(request), options)) {
    const waitMs = limit.take(visitorId);
    if (waitMs > 0) return refuseForNow('rate_limited', 429, waitMs);
    await core?.forget(visitorId);
    // Without the config's ids the record was not found; without its cookie, another attempt would not know whose it is.
    if (core?.currentConfig === null) return refuseForNow('config_unavailable');
  }
  return answer(200, {}, { setCookies: visitorCookies(placeOf(request), ERASED, options) });
}

/** Where cookies are set: here, not on the page whose script asks. */
function placeOf(request: Request): RequestToRead {
  return { url: publicUrl(request), headers: request.headers };
}
