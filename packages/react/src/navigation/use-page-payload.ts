'use client';

import { type Payload, visitorOf } from '@convert-fullstack/core/bridge';
import { useEffect, useState } from 'react';
import useSWR from 'swr';
import { readable } from '../scope.ts';

export interface PageToDecide {
  /** The page's address. */
  readonly url: string;
  /** Path of the relay. */
  readonly endpoint: string;
  /** Who to decide for, as `visitorOf(payload)`; `null`: nobody, nothing is fetched. */
  readonly visitor: string | null;
  /** How long the decisions are waited for, in ms. */
  readonly timeoutMs: number;
}

/** The decisions for a page, fetched once; `null` when there are none in time. Once it is not `waiting` it never changes. */
export function usePagePayload({ url, endpoint, visitor, timeoutMs }: PageToDecide): Payload | 'waiting' | null {
  const { data, error } = useSWR<Payload | null>(
    visitor === null ? null : ['cv_payload', endpoint, url, visitor],
    () => fetchPayload(`${endpoint}/payload?url=${encodeURIComponent(url)}`, visitor),
    // What is decided stays: a page that is left and visited again shows the same.
    { revalidateIfStale: false, revalidateOnFocus: false, revalidateOnReconnect: false, shouldRetryOnError: false },
  );
  const [isLate, setLate] = useState(false);
  const isWithout = visitor === null || error !== undefined || isLate;
  const now: Payload | 'waiting' | null = data ?? (isWithout || data === null ? null : 'waiting');
  const [outcome, setOutcome] = useState(now);
  if (outcome === 'waiting' && now !== 'waiting') setOutcome(now);
  const isWaiting = outcome === 'waiting';

  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(setLate, timeoutMs, true);
    return () => clearTimeout(timer);
  }, [isWaiting, timeoutMs]);

  return outcome;
}

/** `null`: made for somebody else, whose consent or cookie has changed meanwhile. Rejects without an answer. */
async function fetchPayload(address: string, visitor: string | null): Promise<Payload | null> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The relay answered with status ${response.status}.`);
  // The application's own server has made it.
  const payload: Payload = await response.json();
  return readable(payload) && visitorOf(payload) === visitor ? payload : null;
}
