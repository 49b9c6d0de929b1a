'use client';

import { visitorOf } from '@convert-fullstack/core/bridge';
import { type ReactNode, useState } from 'react';
import { ConvertProvider } from '../provider.tsx';
import { payloadsIn, useScope, visitorIn } from '../scope.ts';
import { useIsBrowser } from '../use-is-browser.ts';
import { Reserved } from './reserved.tsx';
import { usePagePayload } from './use-page-payload.ts';

export interface ConvertPageProps {
  /** The page's address, as the router says it: with it, experiences bound to a location are decided. */
  readonly url: string;
  /** Shown until the page is decided. Default: the originals, invisible, so that nothing moves. */
  readonly placeholder?: ReactNode;
  /** How long the decisions are waited for, in ms; then the originals stay. Default 1,000. */
  readonly timeoutMs?: number | undefined;
  /** Path of the relay, as on `<ConvertProvider>`; `/api/convert` unless given. */
  readonly endpoint?: string | undefined;
  readonly children?: ReactNode;
}

/**
 * Decides for a page that soft navigation leads to and that no server renders. The document that the visitor arrived with
 * is decided already: for its address nothing is fetched.
 *
 * @example
 * 'use client';
 * export default function Pricing() {
 *   return <ConvertPage url={usePathname()}><Plans /></ConvertPage>;
 * }
 */
export function ConvertPage({ url, ...page }: ConvertPageProps): ReactNode {
  // While React takes over the server's HTML, the payload around is that of this very page.
  const isOfDocument = !useIsBrowser();
  const [documentUrl] = useState(isOfDocument ? url : null);
  return url === documentUrl ? page.children : <DecidedPage key={url} url={url} {...page} />;
}

function DecidedPage({
  url,
  placeholder,
  timeoutMs = 1_000,
  endpoint = '/api/convert',
  children,
}: ConvertPageProps): ReactNode {
  const scope = useScope('<ConvertPage>');
  const [around] = payloadsIn(scope);
  const visitor = visitorIn(scope);
  // The relay knows visitors by their cookie, which there is with consent only; and what is previewed by another one.
  const isKnown = visitor?.consent === 'granted' || around?.preview;
  const key = around && isKnown ? visitorOf(around) : null;
  const [firstKey] = useState(key);
  const payload = usePagePayload({ url, endpoint, visitor: firstKey, timeoutMs });
  if (payload === 'waiting') return <Reserved placeholder={placeholder}>{children}</Reserved>;
  return payload ? <ConvertProvider payload={payload}>{children}</ConvertProvider> : children;
}
