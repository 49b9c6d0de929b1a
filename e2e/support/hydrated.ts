import type { Page } from '@playwright/test';

/** Waits until React has taken over these elements, all with a test id unless given: before that a click is not the app's. */
export async function hydrated(page: Page, selector?: string): Promise<void> {
  await page.waitForFunction(isHydrated, selector);
}

/** For the page itself to run. */
export function isHydrated(selector = '[data-testid]'): boolean {
  const elements = [...document.querySelectorAll(selector)];
  const isReacts = (element: Element) => Object.keys(element).some((key) => key.startsWith('__reactFiber$'));
  return elements.length > 0 && elements.every(isReacts);
}

/** Goes to a page and waits until it reacts. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await hydrated(page);
}
