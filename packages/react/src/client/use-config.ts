'use client';

import { ConvertError, fetchConfig } from '@convert-fullstack/core';
import useSWR from 'swr';
import type { ProjectOptions } from './page-core.ts';

/** Providers of one page ask once in this time, whatever mounts meanwhile. */
const DEDUPLICATED_MS = 5 * 60 * 1_000;
const MAX_RETRIES = 5;

/** The project's config as the service has it; `null`: not yet, or not asked for. */
export function useConfig(project: ProjectOptions, isWanted: boolean): unknown {
  const { sdkKey, data: embedded, environment, transport } = project;
  const key =
    isWanted && sdkKey && embedded === undefined ? ['cv_config', sdkKey, environment, transport?.configUrl] : null;
  const { data = null } = useSWR<unknown>(
    key,
    () => fetchConfig({ sdkKey, environment, transport: { ...transport } }),
    {
      dedupingInterval: DEDUPLICATED_MS,
      errorRetryCount: MAX_RETRIES,
      revalidateOnFocus: false,
      onError(error) {
        // Others are heard of when the time is up, if it comes to that.
        if (error instanceof ConvertError) console.error(error);
      },
    },
  );
  return data;
}
