'use client';

import type { CSSProperties, ReactNode } from 'react';
import { ConvertProvider } from '../provider.tsx';
import { IS_REACT_18 } from '../react-18.ts';
import { useScope } from '../scope.ts';

/** No box of its own: what is in it is laid out as it will be without it. */
const INVISIBLE: CSSProperties = { display: 'contents', visibility: 'hidden' };
// React 18 does not know `inert`: it hands on the text that React 19 takes for `false`.
const INERT: object = { inert: IS_REACT_18 ? '' : true };

/** Keeps the place of what is not decided yet: nobody sees, hears or reaches it, and nothing in it counts. */
export function Reserved({
  placeholder,
  children,
}: {
  readonly placeholder: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const { payload } = useScope('<ConvertPage>');
  if (placeholder !== undefined) return placeholder;
  return (
    <div style={INVISIBLE} {...INERT} aria-hidden>
      <ConvertProvider payload={payload} tracking="off">
        {children}
      </ConvertProvider>
    </div>
  );
}
