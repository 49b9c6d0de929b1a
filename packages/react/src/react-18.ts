'use client';

import { version } from 'react';

/** Whether this is the oldest React that is supported, which some things have to be told in another way. */
export const IS_REACT_18: boolean = version.startsWith('18.');
