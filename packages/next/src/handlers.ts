import { relay } from '@convert-fullstack/server';
import { deliver } from './deliver.ts';
import type { ConvertOptions } from './options.ts';
import type { SharedCore } from './shared-core.ts';

/** Exports of `app/api/convert/[...convert]/route.ts`. */
export interface RouteHandlers {
  readonly GET: (request: Request) => Promise<Response>;
  readonly POST: (request: Request) => Promise<Response>;
}

export function createHandlers(shared: () => SharedCore, { cookieName, attributes }: ConvertOptions): RouteHandlers {
  async function answer(request: Request): Promise<Response> {
    const { core, firstConfig, notices } = shared();
    await firstConfig;
    const onError = (error: unknown) => notices.failure('The event relay', error);
    const response = await relay(request, { core, cookieName, attributes, onError });
    if (response.status === 202) deliver(shared);
    return response;
  }
  return { GET: answer, POST: answer };
}
