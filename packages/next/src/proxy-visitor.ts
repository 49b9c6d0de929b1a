import type { Assignment, FeatureResult } from '@convert-fullstack/core';
import type { RequestVisitor } from '@convert-fullstack/server';
import type { Decided } from './decided.ts';

/** The visitor of the request that the proxy is handling. */
export interface ProxyVisitor extends Pick<RequestVisitor, 'visitorId' | 'consent' | 'isBot' | 'isNew'> {
  experience(key: string): Assignment | null;
  feature(key: string): FeatureResult | null;
}

export function proxyVisitor(
  { visitorId, consent, isBot, isNew }: Omit<ProxyVisitor, 'experience' | 'feature'>,
  decisions: Decided | null,
): ProxyVisitor {
  return {
    visitorId,
    consent,
    isBot,
    isNew,
    experience: (key) => decisions?.experience(key) ?? null,
    feature: (key) => decisions?.feature(key) ?? null,
  };
}
