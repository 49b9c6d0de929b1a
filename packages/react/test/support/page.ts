import { act } from '@testing-library/react';

/** What the browser does to a page: it hides, shows, prerenders and leaves it. */
export async function leavePage(): Promise<void> {
  await act(async () => void window.dispatchEvent(new Event('pagehide')));
}

export async function setHidden(hidden: boolean): Promise<void> {
  define('hidden', hidden);
  define('visibilityState', hidden ? 'hidden' : 'visible');
  await act(async () => void document.dispatchEvent(new Event('visibilitychange')));
}

export async function setPrerendering(prerendering: boolean): Promise<void> {
  define('prerendering', prerendering);
  await act(async () => void document.dispatchEvent(new Event('prerenderingchange')));
}

/** The browser takes it out of the back/forward cache. */
export async function comeBack(): Promise<void> {
  await act(async () => void window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
}

export async function setOnline(online: boolean): Promise<void> {
  Object.defineProperty(navigator, 'onLine', { value: online, configurable: true });
  await act(async () => void window.dispatchEvent(new Event(online ? 'online' : 'offline')));
}

/** Every use of localStorage throws, as where the visitor or a sandbox blocks it; the result undoes that. */
export function blockStorage(): () => void {
  const storage = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get() {
      throw new DOMException('denied', 'SecurityError');
    },
  });
  return () => {
    if (storage) Object.defineProperty(globalThis, 'localStorage', storage);
  };
}

/** A page as a person sees it, with nothing remembered. To be called when everything is unmounted. */
export async function resetPage(): Promise<void> {
  // What was unmounted sends what it still has.
  await act(async () => {});
  for (const name of ['hidden', 'visibilityState', 'prerendering']) Reflect.deleteProperty(document, name);
  for (const name of ['onLine', 'locks']) Reflect.deleteProperty(navigator, name);
  for (const pair of document.cookie.split('; ')) setCookie(`${pair.split('=')[0]}=; max-age=0`);
  localStorage.clear();
}

export function setCookie(cookie: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: jsdom has no other way
  document.cookie = cookie;
}

function define(name: string, value: unknown): void {
  Object.defineProperty(document, name, { value, configurable: true });
}
