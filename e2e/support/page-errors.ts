import type { Page } from '@playwright/test';

/** Everything that goes wrong in a page from now on: uncaught errors (also React's about hydration) and `console.error`. */
export function collectErrors(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return errors;
}
