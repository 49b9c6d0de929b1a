'use client';

import { PREVIEW_PARAM } from '@convert-fullstack/core/bridge';
import type { CSSProperties, MouseEvent, ReactNode } from 'react';
import { payloadsIn, useScope } from './scope.ts';

export interface PreviewBadgeProps {
  /** In place of the badge's own look, which is in `style` attributes: a Content-Security-Policy may not allow those. */
  readonly className?: string;
}

const LOOK: CSSProperties = {
  position: 'fixed',
  insetInlineStart: 16,
  bottom: 16,
  zIndex: 2147483647,
  maxWidth: 'calc(100vw - 32px)',
  boxSizing: 'border-box',
  padding: '8px 12px',
  borderRadius: 8,
  background: '#1b1b1f',
  color: '#fff',
  font: '14px/1.4 system-ui, sans-serif',
};

/**
 * Says what is previewed, and leaves the preview. Shows nothing to everybody else.
 *
 * @example
 * <ConvertProvider payload={convert.payload()}>
 *   {children}
 *   <Suspense><PreviewBadge /></Suspense>
 * </ConvertProvider>
 */
export function PreviewBadge({ className }: PreviewBadgeProps): ReactNode {
  const [payload] = payloadsIn(useScope('<PreviewBadge>'));
  const previewed = payload?.previewed ?? [];
  if (previewed.length === 0) return null;
  const look = className === undefined ? { style: LOOK } : { className };
  return (
    <aside {...look} aria-label="Preview">
      Preview:{' '}
      <b>{previewed.map(({ experienceKey, variationKey }) => `${experienceKey} = ${variationKey}`).join(', ')}</b>{' '}
      <a
        href={`?${PREVIEW_PARAM}=off`}
        rel="nofollow"
        style={className === undefined ? { color: 'inherit' } : undefined}
        onClick={keepQuery}
      >
        Leave preview
      </a>
    </aside>
  );
}

/** What else the address asks for stays. Without scripts it is lost. */
function keepQuery({ currentTarget }: MouseEvent<HTMLAnchorElement>): void {
  const url = new URL(location.href);
  url.searchParams.set(PREVIEW_PARAM, 'off');
  currentTarget.href = url.href;
}
