// Only characters that mean the same in a cookie, a URL, a log line and the collector's database.
const VISITOR_ID = /^[A-Za-z0-9._~:@+=|-]{1,128}$/;

const REF_LENGTH = 16;

/** Whether a visitor id can be kept: 1 to 128 characters of `A-Z a-z 0-9 . _ ~ : @ + = | -`. */
export function isVisitorId(value: unknown): value is string {
  return typeof value === 'string' && VISITOR_ID.test(value);
}

/** An id for a visitor who has none: a random UUID. */
export function newVisitorId(): string {
  return crypto.randomUUID();
}

/** Stands for a visitor where the id itself must not be known: the beginning of its SHA-256, 16 characters of base64url. */
export async function visitorRefOf(visitorId: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`cv:${visitorId}`)));
  return btoa(String.fromCharCode(...digest))
    .slice(0, REF_LENGTH)
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
