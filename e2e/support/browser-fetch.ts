import { devices } from '@playwright/test';

const { userAgent } = devices['Desktop Chrome'];

/** `fetch` that says it is a browser: what says it is Node.js is a bot, and sees the original. */
export function browserFetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (!headers.has('user-agent')) headers.set('user-agent', userAgent);
  return fetch(url, { ...init, headers });
}
