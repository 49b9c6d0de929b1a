import './async-storage.ts';
import { workAsyncStorage } from 'next/dist/server/app-render/work-async-storage.external.js';
import { workUnitAsyncStorage } from 'next/dist/server/app-render/work-unit-async-storage.external.js';
import { createRequestStoreForAPI } from 'next/dist/server/async-storage/request-store.js';
import { createWorkStore } from 'next/dist/server/async-storage/work-store.js';
import type { NextRequest } from 'next/server.js';

/** What Next.js ran after the response, to be awaited. */
export type AfterResponse = () => Promise<void>;

export interface RequestScope {
  /** `action` for server actions, route handlers and the proxy, the default; `render` for Server Components. */
  readonly phase?: 'action' | 'render';
}

export interface RequestOutcome<T> {
  readonly result: T;
  readonly afterResponse: AfterResponse;
  /** `Set-Cookie` values, as `cookies().set()` left them. */
  readonly setCookies: readonly string[];
}

/** Runs server code as Next.js does while it handles `request`: with its own stores behind `headers()` and `after()`. */
export async function inRequest<T>(
  request: NextRequest,
  run: () => Promise<T>,
  { phase = 'action' }: RequestScope = {},
): Promise<RequestOutcome<T>> {
  let setCookies: readonly string[] = [];
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
    (cookies) => {
      setCookies = cookies;
    },
    undefined as never,
    undefined,
  );
  requestStore.phase = phase;
  const result = await workAsyncStorage.run(workStore, () => workUnitAsyncStorage.run(requestStore, run));
  return {
    result,
    setCookies,
    async afterResponse() {
      for (const close of closers.splice(0)) close();
      await Promise.all(pending);
    },
  };
}
