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

/** A page as a person sees it, with nothing remembered. */
export function resetPage(): void {
  for (const name of ['hidden', 'visibilityState', 'prerendering']) Reflect.deleteProperty(document, name);
  localStorage.clear();
}

function define(name: string, value: unknown): void {
  Object.defineProperty(document, name, { value, configurable: true });
}
