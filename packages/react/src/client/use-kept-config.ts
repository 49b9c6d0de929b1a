'use client';

import type { Consent } from '@convert-fullstack/core/bridge';
import { type RefObject, useEffect } from 'react';
import type { PageCore, ProjectOptions } from './page-core.ts';
import { eraseConfig, storeConfig } from './stored-config.ts';
import { eraseVisitor } from './visitor-cookie.ts';

export interface KeptConfigOptions {
  readonly project: ProjectOptions;
  readonly latestConfig: unknown;
  /** `null`: nothing is decided yet. */
  readonly consent: Consent | null;
  readonly core: RefObject<PageCore | null>;
}

/** Keeps the config for the next page where there is consent; where it is denied, erases it and the visitor. */
export function useKeptConfig({
  project: { sdkKey, environment },
  latestConfig,
  consent,
  core,
}: KeptConfigOptions): void {
  useEffect(() => {
    if (consent === 'granted' && sdkKey && latestConfig !== null) storeConfig({ sdkKey, environment }, latestConfig);
    if (consent !== 'denied') return;
    eraseVisitor();
    eraseConfig();
    core.current?.forget();
  }, [consent, sdkKey, environment, latestConfig, core]);
}
