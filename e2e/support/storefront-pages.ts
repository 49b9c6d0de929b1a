/** The pages of the storefront that run an experience, and the element that shows it. */
export const STOREFRONT_PAGES = [
  { path: '/', testId: 'hero', experienceKey: 'home-hero' },
  { path: '/pricing', testId: 'pricing', experienceKey: 'pricing-page' },
  { path: '/products/drift-shell', testId: 'gallery', experienceKey: 'product-gallery' },
  { path: '/cart', testId: 'shipping-bar', experienceKey: 'shipping-threshold' },
] as const;

/** The variation that the HTML of a page shows in the element with this test id. */
export function variationIn(html: string, testId: string): string | null {
  const [element = ''] = new RegExp(`<[^>]*data-testid="${testId}"[^>]*>`).exec(html) ?? [];
  return /data-variation="([^"]*)"/.exec(element)?.[1] ?? null;
}
