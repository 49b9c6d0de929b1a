'use client';

import * as React from 'react';

/** With its outcome noted on it. */
interface Noted<Value> extends Promise<Value> {
  value: Value;
  status: string;
}

// Looked up by a name that bundlers do not see: they warn of an export that React 18 does not have.
const USE = 'use';

/** The value of a promise that has not failed, while rendering; suspends until it is there. */
// biome-ignore lint/performance/noDynamicNamespaceImportAccess: so that they do not see it
export const readPromise: <Value>(promise: Promise<Value>) => Value = React[USE] ?? readInReact18;

function readInReact18<Value>(promise: Promise<Value> | Noted<Value>): Value {
  if ('value' in promise) return promise.value;
  // What is thrown is waited for, and then everything is rendered again.
  throw promise.then(
    (value) => Object.assign(promise, { value }),
    () => Object.assign(promise, { status: 'rejected' }),
  );
}
