import { browserFetch } from './browser-fetch.ts';
import type { RenderingMode } from './rendering-modes.ts';
import { newVisitor } from './visitors.ts';

/** Somebody who asks for pages, and the variation that is theirs. */
export interface Asker {
  readonly visitorId: string;
  readonly variation: string;
}

/** As many, of all variations in turn. */
export function askersOf({ experience, variations }: RenderingMode['subject'], count: number): Asker[] {
  const keys = Object.keys(variations);
  return Array.from({ length: count }, (_, at) => {
    const variation = keys[at % keys.length] ?? '';
    return { variation, visitorId: newVisitor({ [experience]: variation }) };
  });
}

/** What an answer has of others, in words; nothing is right. `headers`: on top of the visitor's own. */
export async function wrongIn(
  url: string,
  { visitorId, variation }: Asker,
  others: readonly Asker[],
  headers: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const response = await browserFetch(url, { headers: { cookie: `cv_vid=${visitorId}`, ...headers } });
  const body = await response.text();
  const said = body + JSON.stringify([...response.headers]);
  const strangers = others.filter((other) => other.visitorId !== visitorId);
  const known = new Set(others.map((other) => other.variation));
  return [
    ...(response.status === 200 ? [] : [`status ${response.status}`]),
    ...shownIn(body).filter((shown) => known.has(shown) && shown !== variation),
    ...strangers.filter((other) => said.includes(other.visitorId)).map((other) => other.visitorId),
    ...(response.headers.getSetCookie().some((cookie) => cookie.startsWith('cv_vid=')) ? ['a cookie'] : []),
  ];
}

/** The variations in HTML, in the payload beside it, and in what navigation fetches. */
function shownIn(body: string): string[] {
  return [...body.matchAll(/(?:data-variation=|variationKey\\*":)\\*"([\w-]+)/g)].map(
    ([, variation = '']) => variation,
  );
}
