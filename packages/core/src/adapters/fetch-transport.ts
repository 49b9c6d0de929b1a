import type { FetchTransportOptions } from '../options.ts';
import type { Transport } from '../ports.ts';

/** Reaches Convert with the runtime's `fetch`. */
export function fetchTransport({ fetch, headers: extra = {} }: FetchTransportOptions): Transport {
  // Looked up per call: frameworks replace the global one after this module was loaded.
  const request: typeof globalThis.fetch = (...args) => (fetch ?? globalThis.fetch)(...args);
  return {
    async fetchConfig({ url, headers, signal }) {
      const response = await request(url, { headers: { ...headers, ...extra }, signal });
      const body: unknown = response.status === 200 ? await response.json() : undefined;
      if (response.status !== 200) await response.body?.cancel();
      return { status: response.status, headers: Object.fromEntries(response.headers), body };
    },
    async send({ url, headers, body, signal }) {
      const response = await request(url, {
        method: 'POST',
        headers: { ...headers, ...extra },
        body: JSON.stringify(body),
        signal,
        redirect: 'manual',
      });
      // The answer's body says nothing, but the connection is only free once it was read.
      await response.body?.cancel();
      return { status: response.status, headers: Object.fromEntries(response.headers) };
    },
  };
}
