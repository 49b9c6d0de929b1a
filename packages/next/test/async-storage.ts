import { AsyncLocalStorage } from 'node:async_hooks';

// Next.js finds it here in its own processes; it must be there before any part of Next.js is loaded.
(globalThis as { AsyncLocalStorage?: typeof AsyncLocalStorage }).AsyncLocalStorage ??= AsyncLocalStorage;
