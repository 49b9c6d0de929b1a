import type { FetchTransportOptions } from '../options.ts';
import type { Transport } from '../ports.ts';

/** Reaches Convert with the runtime's `fetch`. */
export function fetchTransport({ fetch, headers: extra = {} }: FetchTransportOptions): Transport {
  // Looked up per call: frameworks replace the global one after this module was loaded.
  const request: typeof globalThis.fetch = (...args) => (fetch ?? globalThis.fetch)(...args);
  const laidOver = (headers: Readonly<Record<string, string>>): Headers => {
    const all = new Headers(headers);
    for (const [name, value] of Object.entries(extra)) all.set(name, value);
    return all;
  };
  return {
    async fetchConfig({ url, headers, signal }) {
      const response = await request(url, { headers: laidOver(headers), signal });
      const body: unknown = response.status === 200 ? await response.json() : undefined;
      if (response.status !== 200) await response.body?.cancel().catch(() => {});
      return { status: response.status, headers: Object.fromEntries(response.headers), body };
    },
    async send({ url, headers, body, signal }) {
      const response = await request(url, {
        method: 'POST',
        headers: laidOver(headers),
        body: JSON.stringify(body),
        signal,
        redirect: 'manual',
      });
      // The answer's body says nothing, not even when it breaks off; the connection is free once it is read or given up.
      await response.body?.cancel().catch(() => {});
      return { status: response.status, headers: Object.fromEntries(response.headers) };
    },
  };
}
