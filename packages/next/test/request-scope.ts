import './async-storage.ts';
import { workAsyncStorage } from 'next/dist/server/app-render/work-async-storage.external.js';
import { workUnitAsyncStorage } from 'next/dist/server/app-render/work-unit-async-storage.external.js';
import { createRequestStoreForAPI } from 'next/dist/server/async-storage/request-store.js';
import { createWorkStore } from 'next/dist/server/async-storage/work-store.js';
import type { NextRequest } from 'next/server.js';

/** What Next.js ran after the response, to be awaited. */
export type AfterResponse = () => Promise<void>;

/** Runs server code as Next.js does while it handles `request`: with its own stores behind `headers()` and `after()`. */
export async function inRequest<T>(
  request: NextRequest,
  run: () => Promise<T>,
  onUpdateCookies?: (cookies: string[]) => void,
): Promise<{ result: T; afterResponse: AfterResponse }> {
  const pending: Promise<unknown>[] = [];
  const closers: (() => void)[] = [];
  const workStore = createWorkStore({
    page: '/',
    renderOpts: {
      experimental: {},
      waitUntil: (promise: Promise<unknown>) => pending.push(promise),
      onClose: (callback: () => void) => closers.push(callback),
    },
    isPrefetchRequest: false,
    buildId: 'test',
    deploymentId: 'test',
    previouslyRevalidatedTags: [],
  } as unknown as Parameters<typeof createWorkStore>[0]);
  // Pages get their headers from Node, as a record.
  const incoming = { headers: Object.fromEntries(request.headers) };
  const requestStore = createRequestStoreForAPI(
    incoming as unknown as NextRequest,
    request.nextUrl,
    { tags: [], expirationsByCacheKind: new Map() } as unknown as Parameters<typeof createRequestStoreForAPI>[2],
    onUpdateCookies,
    undefined as never,
    undefined,
  );
  const result = await workAsyncStorage.run(workStore, () => workUnitAsyncStorage.run(requestStore, run));
  return {
    result,
    async afterResponse() {
      for (const close of closers.splice(0)) close();
      await Promise.all(pending);
    },
  };
}
