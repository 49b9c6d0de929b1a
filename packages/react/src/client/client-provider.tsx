'use client';

import { type Consent, type Payload, previewAlone } from '@convert-fullstack/core/bridge';
import { type ReactNode, Suspense, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { type Answer, consentOf } from '../consent.ts';
import { type Scope, ScopeContext } from '../scope.ts';
import { openSession } from '../session.ts';
import { useBrowserLayoutEffect } from '../use-browser-layout-effect.ts';
import { useIsBrowser } from '../use-is-browser.ts';
import { createCoreDelivery } from './core-delivery.ts';
import type { PageCore, ProjectOptions } from './page-core.ts';
import { createPromised } from './promised.ts';
import { useKeptConfig } from './use-kept-config.ts';
import { type PageDecider, usePageCore } from './use-page-core.ts';

interface CommonProps extends Pick<ProjectOptions, 'environment' | 'transport'> {
  /** The application's own id of the visitor; without one it is that of the cookie `cv_vid`, or a new one. */
  readonly visitorId?: string | null | undefined;
  /** What rules may ask about, beside what the browser knows. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /** The page's address, for experiences bound to a location: the router's, where one changes it. Default: the document's. */
  readonly url?: string | undefined;
  /** Default `'granted'`. While it is `'pending'`, nothing is kept and nothing about the visitor is sent. */
  readonly consent?: Consent | undefined;
  /** `'off'`: nothing is counted below this provider. */
  readonly tracking?: 'on' | 'off' | undefined;
  /** Shown while nothing is decided, and in HTML that a server renders. Default: nothing. */
  readonly placeholder?: ReactNode;
  /** How long the config is waited for, in ms; then this page shows originals to its end. Default 1,000. */
  readonly timeoutMs?: number | undefined;
  readonly children?: ReactNode;
}

/** Where the config comes from: fetched by its key, or embedded. */
export type ConvertClientProviderProps = CommonProps &
  (
    | { readonly sdkKey: string; readonly data?: undefined }
    | { readonly sdkKey?: undefined; readonly data: Readonly<Record<string, unknown>> }
  );

/**
 * Decides in the browser, for applications without a server; the hooks below it are those of `@convert-fullstack/react`. They
 * suspend until the config is there, so that nobody ever sees a variation that is not theirs. What is wrong with the options
 * or the config is logged, and originals are shown.
 *
 * @example
 * <ConvertClientProvider sdkKey="10051234/10056789" environment="production" placeholder={<Skeleton />}>
 *   <App />
 * </ConvertClientProvider>
 */
export function ConvertClientProvider(props: ConvertClientProviderProps): ReactNode {
  const { visitorId, attributes, url, consent = 'granted', tracking = 'on', placeholder, timeoutMs = 1_000 } = props;
  const project: ProjectOptions = props;
  const outer = useContext(ScopeContext);
  const isBrowser = useIsBrowser();
  const core = useRef<PageCore>(null);
  const [ownSession] = useState(() => openSession((onConsent) => createCoreDelivery(() => core.current, onConsent)));
  const [ownAnswer, setAnswer] = useState<Answer | null>(null);
  const [first] = useState(createPromised<Payload>);
  const answer = outer ? outer.answer : ownAnswer;
  const isDenied = (answer ?? consent) === 'denied';
  const { decider, latestConfig } = usePageCore({ project, visitorId, isAllowed: !isDenied, timeoutMs });

  // As text: an application that writes `attributes={{ plan }}` makes a new object for every render.
  const page = JSON.stringify({ url, attributes });
  const payload = useMemo(() => payloadOf(decider, page, consent), [decider, page, consent]);
  const isTracking = tracking === 'on' && outer?.isTracking !== false;
  const scope = useMemo<Scope>(
    () => ({ session: ownSession, answer, setAnswer, ...outer, payload: payload ?? first.promise, outer, isTracking }),
    [ownSession, answer, payload, first, outer, isTracking],
  );
  const { session } = scope;

  useBrowserLayoutEffect(() => {
    if (typeof decider === 'object') core.current = decider;
    if (payload) first.resolve(payload);
  }, [decider, payload, first]);

  useEffect(() => {
    if (payload && isTracking) session.heed(payload);
    if (session !== ownSession) return;
    if (!isTracking) session.drop();
    return session.attach();
  }, [payload, session, ownSession, isTracking]);

  const said = payload && (answer ?? consentOf(payload));
  useKeptConfig({ project, latestConfig, consent: said, core });

  if (!isBrowser) return placeholder;
  return (
    <ScopeContext.Provider value={scope}>
      <Suspense fallback={placeholder}>{props.children}</Suspense>
    </ScopeContext.Provider>
  );
}

/** What nobody is decided for. */
const NOTHING: Payload = { version: 1, visitorId: null, experiences: [], goals: [] };

/** `null`: not known yet. */
function payloadOf(decider: PageDecider, page: string, given: Consent): Payload | null {
  if (decider === 'waiting') return null;
  const isOptedOut = decider !== 'originals' && decider.isOptedOut;
  const consent = isOptedOut ? 'denied' : given;
  const decided = decider === 'originals' ? NOTHING : decider.decide(JSON.parse(page));
  const payload = consent === 'denied' && decided.preview ? previewAlone(decided) : isOptedOut ? NOTHING : decided;
  return consent === 'granted' ? payload : { ...payload, consent };
}
