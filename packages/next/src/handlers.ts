import { createRelay, type Relay } from '@convert-fullstack/server';
import { deliver } from './deliver.ts';
import type { ConvertOptions } from './options.ts';
import type { SharedCore } from './shared-core.ts';

/** Exports of `app/api/convert/[...convert]/route.ts`. */
export interface RouteHandlers {
  readonly GET: (request: Request) => Promise<Response>;
  readonly POST: (request: Request) => Promise<Response>;
}

export function createHandlers(shared: () => SharedCore, options: ConvertOptions): RouteHandlers {
  const { attributes, browserConversions, consent, cookie, isBot, visitorId } = options;
  let relay: Relay | undefined;

  function openRelay(): Relay {
    relay ??= createRelay({
      core: () => shared().core,
      attributes,
      browserConversions,
      consent,
      cookie,
      isBot,
      visitorId,
      onError: (error) => shared().notices.failure('The event relay', error),
    });
    return relay;
  }

  async function answer(request: Request): Promise<Response> {
    await shared().firstConfig;
    const response = await openRelay()(request);
    if (response.status === 202) deliver(shared);
    return response;
  }

  return { GET: answer, POST: answer };
}
