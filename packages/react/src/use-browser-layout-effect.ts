'use client';

import { useEffect, useLayoutEffect } from 'react';

/** React's own in a browser. On a server, where neither of them runs, the one that React 18 does not warn of. */
export const useBrowserLayoutEffect = typeof window === 'undefined' ? useEffect : useLayoutEffect;
