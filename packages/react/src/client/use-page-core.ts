'use client';

import { useEffect, useRef, useState } from 'react';
import { useSWRConfig } from 'swr';
import { useBrowserLayoutEffect } from '../use-browser-layout-effect.ts';
import { openPageCore, type PageCore, type PageVisitor, type ProjectOptions } from './page-core.ts';
import { leavePreview, pagePreviews, useIsPreview } from './page-preview.ts';
import { storedConfig } from './stored-config.ts';
import { useConfig } from './use-config.ts';
import { isVisitorId, newVisitorId, readVisitorId } from './visitor-cookie.ts';

export interface PageCoreOptions {
  readonly project: ProjectOptions;
  /** The application's own. */
  readonly visitorId: string | null | undefined;
  /** Whether anything may be decided. */
  readonly isAllowed: boolean;
  /** How long the page waits for a config, in ms. */
  readonly timeoutMs: number;
}

/** Once it is not `waiting` it never changes again: what a visitor sees must not change under their eyes. */
export type PageDecider = PageCore | 'waiting' | 'originals';

/** What this page decides with, and the latest config of its project, for the next page. */
export function usePageCore({ project, visitorId, isAllowed, timeoutMs }: PageCoreOptions): {
  readonly decider: PageDecider;
  readonly latestConfig: unknown;
} {
  const { cache } = useSWRConfig();
  // A preview is shown to anybody.
  const isPreview = useIsPreview();
  const latestConfig = useConfig(project, isAllowed || isPreview);
  const [decider, setDecider] = useState<PageDecider>('waiting');
  const isOpened = useRef(false);
  const isWaiting = decider === 'waiting';
  const { sdkKey, environment, data } = project;

  // Before the browser paints: whoever has been here before sees nothing else first.
  useBrowserLayoutEffect(() => {
    if (!isWaiting || isOpened.current || leavePreview()) return;
    const previews = pagePreviews();
    if (!isAllowed && previews.length === 0) return setDecider('originals');
    const open = (config: unknown) => {
      const core = openPageCore(project, config, pageVisitor(visitorId, cache));
      isOpened.current = true;
      if (previews.length === 0) return setDecider(core);
      // A draft is asked for, and may come too late.
      void core.preview(previews).then(() => setDecider((now) => (now === 'waiting' ? core : now)));
    };
    try {
      // Without a key there is nothing to wait for: Core says what is missing.
      if (!sdkKey || data !== undefined || latestConfig !== null) return open(latestConfig);
    } catch (error) {
      console.error(error);
      return setDecider('originals');
    }
    try {
      const stored = storedConfig({ sdkKey, environment });
      if (stored !== null) open(stored);
    } catch {
      // Anyone can write to localStorage. The one that is on its way is waited for.
    }
  });

  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => {
      console.warn(`Convert: no config within ${timeoutMs} ms, this page shows originals.`);
      setDecider('originals');
    }, timeoutMs);
    return () => clearTimeout(timer);
  }, [isWaiting, timeoutMs]);

  return { decider, latestConfig };
}

const KEY = 'cv_vid';

/** Named by the application, kept by this browser, or made up: then it lives in this page only, where its providers share swr's cache. */
function pageVisitor(own: unknown, cache: ReturnType<typeof useSWRConfig>['cache']): PageVisitor {
  if (isVisitorId(own)) return { visitorId: own, isOwn: true, isNew: readVisitorId() === null };
  const kept = readVisitorId();
  if (kept !== null) return { visitorId: kept, isOwn: false, isNew: false };
  const shared: unknown = cache.get(KEY)?.data;
  const visitorId = isVisitorId(shared) ? shared : newVisitorId();
  cache.set(KEY, { data: visitorId });
  return { visitorId, isOwn: false, isNew: true };
}
