import { sampleProject } from './sample-project.ts';
import { STOREFRONT_PAGES, variationIn } from './storefront-pages.ts';

/** An experience that a page shows, and the variation. */
export interface Shown {
  readonly experienceKey: string;
  readonly variationKey: string;
}

/** The page of the storefront that runs an experience at this path. */
export function pageAt(path: string): (typeof STOREFRONT_PAGES)[number] | undefined {
  return STOREFRONT_PAGES.find((page) => page.path === path || (isProduct(page.path) && isProduct(path)));
}

/** What the HTML of a storefront page shows to whoever looks at it. */
export function shownIn(path: string, html: string): Shown[] {
  const shown: Shown[] = [];
  const note = (experienceKey: string, variationKey: string | null) => {
    if (variationKey !== null && variationKey !== 'none') shown.push({ experienceKey, variationKey });
  };
  const page = pageAt(path);
  if (page) note(page.experienceKey, variationIn(html, page.testId));
  if (path === '/') note('search-rollout', html.includes('data-testid="suggestions"') ? 'search-on' : null);
  if (isProduct(path)) note('seasonal-badges', badgeIn(html));
  return shown;
}

/** A form of a page with its hidden fields, ready to be sent. */
export function formIn(html: string, testId: string): FormData {
  const [form] = (html.match(/<form.*?<\/form>/gs) ?? []).filter((text) => text.includes(`data-testid="${testId}"`));
  if (form === undefined) throw new Error(`The page has no form with "${testId}".`);
  const fields = new FormData();
  for (const [input] of form.matchAll(/<input type="hidden"[^>]*>/g)) {
    fields.append(attributeOf(input, 'name'), attributeOf(input, 'value'));
  }
  return fields;
}

/** The price that a product's page asks for. */
export function priceIn(html: string): number {
  return Number(/class="product-price">€([\d.]+)</.exec(html)?.[1]);
}

/** How the service calls an experience and a variation of the sample project. */
export function idsOf({ experienceKey, variationKey }: Shown): { experienceId: string; variationId: string } {
  const { experiences } = sampleProject as Project;
  const experience = experiences.find(({ key }) => key === experienceKey);
  const variation = experience?.variations.find(({ key }) => key === variationKey);
  if (!experience || !variation) throw new Error(`The project has no "${experienceKey}: ${variationKey}".`);
  return { experienceId: experience.id, variationId: variation.id };
}

/** The part of the project's file that is read here. */
interface Project {
  readonly experiences: readonly (Named & { readonly variations: readonly Named[] })[];
}

interface Named {
  readonly id: string;
  readonly key: string;
}

const isProduct = (path: string) => path.startsWith('/products/');

// A page without the badge looks the same as one without the experiment: only what it hands to React tells them apart.
function badgeIn(html: string): string | null {
  return /\\"experienceKey\\":\\"seasonal-badges\\"[^}]*?\\"variationKey\\":\\"([^"\\]*)\\"/.exec(html)?.[1] ?? null;
}

function attributeOf(tag: string, name: string): string {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return value.replaceAll('&quot;', '"').replaceAll('&#x27;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
}
