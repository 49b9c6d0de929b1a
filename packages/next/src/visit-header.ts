import type { RequestVisitor } from '@convert-fullstack/server';

export const VISIT_HEADER = 'x-convert-visit';

/** What the proxy found out and decided about one request, for the pages behind it. */
export interface Visit extends Pick<RequestVisitor, 'visitorId' | 'consent' | 'isBot' | 'isNew'> {
  /** Of the request that the proxy saw. */
  readonly method: string;
  /** The page's public URL; `null` when it was too long to hand on. */
  readonly url: string | null;
  /** Version of the config that `decisions` were made with. */
  readonly configVersion: string | null;
  /** Experience id and variation id; `null`: not decided, or too many to hand on. */
  readonly decisions: readonly Decision[] | null;
}

export type Decision = readonly [experienceId: string, variationId: string];

// Some hosts stop at 4 KB per header line; name, colon, space and line end count as well.
const MAX_LENGTH = 4_096 - VISIT_HEADER.length - 4;
const FORMAT = '2';
const SEPARATOR = ';';
const NOTHING = '-';
const SIGNATURE = /^[A-Za-z0-9_-]{43}$/;

/** Takes a visit from the proxy to the pages in a request header that nobody else could have written. */
export interface VisitCarrier {
  /** ASCII, with its header name below 4 KB. */
  write(visit: Visit): string | Promise<string>;
  /** `null` for anything that `write` did not return. */
  read(header: string): Visit | null | Promise<Visit | null>;
}

/**
 * Signs visits, for pages in other processes that know the secret. What is too long for a header loses its decisions
 * first, then the query, then the URL.
 */
export async function createVisitSigner(secret: string): Promise<VisitCarrier> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', await deriveKey(secret), algorithm, false, ['sign', 'verify']);
  return {
    async write(visit) {
      const text = shorten(visit);
      const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text));
      return [toBase64Url(new Uint8Array(signature)), text].join(SEPARATOR);
    },
    async read(header) {
      if (header.length > MAX_LENGTH) return null;
      const end = header.indexOf(SEPARATOR);
      const signature = header.slice(0, end);
      if (!SIGNATURE.test(signature)) return null;
      const text = header.slice(end + SEPARATOR.length);
      const isOurs = await crypto.subtle.verify('HMAC', key, fromBase64Url(signature), new TextEncoder().encode(text));
      return isOurs ? parse(text) : null;
    },
  };
}

async function deriveKey(secret: string): Promise<Uint8Array<ArrayBuffer>> {
  // The label keeps this key apart from whatever else the application derives from the same secret.
  const material = new TextEncoder().encode(`${VISIT_HEADER}/${FORMAT}\n${secret}`);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', material));
}

function shorten(visit: Visit): string {
  const room = MAX_LENGTH - 44;
  const whole = format(visit);
  if (whole.length <= room) return whole;
  const undecided = { ...visit, decisions: null };
  const withoutDecisions = format(undecided);
  if (withoutDecisions.length <= room) return withoutDecisions;
  const withoutQuery = format({ ...undecided, url: visit.url?.split('?', 1)[0] ?? null });
  if (withoutQuery.length <= room) return withoutQuery;
  return format({ ...undecided, url: null });
}

function format({ visitorId, consent, isBot, isNew, method, url, configVersion, decisions }: Visit): string {
  const fields = [
    visitorId,
    consent,
    isBot ? 'bot' : 'human',
    isNew ? 'new' : 'known',
    method,
    configVersion,
    decisions && formatDecisions(decisions),
    url,
  ];
  return [FORMAT, ...fields.map((field) => (field === null ? NOTHING : escapeField(field)))].join(SEPARATOR);
}

// Keeps what URLs and ids are made of, so that escaping rarely lengthens; `%`, the separator and a lone `-` are taken.
function escapeField(field: string): string {
  if (field === NOTHING) return '%2D';
  return field.replace(/[^\x21-\x24\x26-\x3a\x3c-\x7e]+/g, encodeURIComponent);
}

function formatDecisions(decisions: readonly Decision[]): string {
  return decisions.map((decision) => decision.map(encodeURIComponent).join(':')).join(',');
}

function parse(text: string): Visit | null {
  const [format, ...escaped] = text.split(SEPARATOR);
  const [visitorId, consent, kind, novelty, method, configVersion, decisions, url] = escaped.map((field) =>
    field === NOTHING ? null : decodeURIComponent(field),
  );
  if (format !== FORMAT || escaped.length !== 8) return null;
  return {
    visitorId: visitorId ?? null,
    consent: consent === 'granted' || consent === 'denied' ? consent : 'pending',
    isBot: kind === 'bot',
    isNew: novelty === 'new',
    method: method ?? '',
    url: url ?? null,
    configVersion: configVersion ?? null,
    decisions: typeof decisions === 'string' ? parseDecisions(decisions) : null,
  };
}

function parseDecisions(text: string): Decision[] {
  if (text === '') return [];
  return text.split(',').map((decision) => {
    const [experienceId = '', variationId = ''] = decision.split(':');
    return [decodeURIComponent(experienceId), decodeURIComponent(variationId)];
  });
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
