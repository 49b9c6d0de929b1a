import type { VisitorHistory } from '@convert-fullstack/emulator';
import type { Shown } from './scripted-page.ts';

/** What one visitor was really shown and did: the script's own count, made without anything of the product. */
export interface TrafficBook {
  readonly name: string;
  readonly visitorId: string | null;
  /** Throws when the visitor has become somebody else. */
  is(visitorId: string): void;
  saw(shown: Shown): void;
  /** A goal that counts once. */
  did(goalKey: string, values?: Values): void;
  has(goalKey: string): boolean;
  /** An order; each of them counts. */
  ordered(values: Values): void;
  /** What has to be counted, sorted. */
  lines(): string[];
}

type Values = Readonly<Record<string, string | number | readonly string[]>>;

/** Begins the transaction ids that the script chooses; others are made up by the shop. */
export const OWN_ORDER = 'scripted-';

export function openBook(name: string): TrafficBook {
  let visitorId: string | null = null;
  const shown = new Set<string>();
  const goals = new Map<string, string>();
  const orders: string[] = [];
  return {
    name,
    get visitorId() {
      return visitorId;
    },
    is(id) {
      if (visitorId !== null && visitorId !== id) throw new Error(`${name} has become another visitor.`);
      visitorId = id;
    },
    saw: ({ experienceKey, variationKey }) => void shown.add(`${experienceKey}: ${variationKey}`),
    did(goalKey, values = {}) {
      if (!goals.has(goalKey)) goals.set(goalKey, conversionLine(goalKey, values));
    },
    has: (goalKey) => goals.has(goalKey),
    ordered: (values) => void orders.push(conversionLine('purchase', values)),
    lines: () => [...shown, ...goals.values(), ...orders].sort(),
  };
}

/** Where the collector's count differs from the books, visitor by visitor; empty when nothing does. */
export function differences(books: readonly TrafficBook[], histories: readonly VisitorHistory[]): string[] {
  const counted = new Map(histories.map((history) => [history.visitorId, linesOf(history)]));
  const found: string[] = [];
  for (const book of books) {
    const lines = counted.get(book.visitorId ?? '') ?? [];
    counted.delete(book.visitorId ?? '');
    const missing = without(book.lines(), lines);
    const surplus = without(lines, book.lines());
    if (missing.length > 0) found.push(`${book.name}: not counted: ${missing.join(' | ')}`);
    if (surplus.length > 0) found.push(`${book.name}: counted without reason: ${surplus.join(' | ')}`);
  }
  for (const lines of counted.values()) found.push(`somebody whom the script does not know: ${lines.join(' | ')}`);
  return found;
}

function linesOf({ exposures, conversions }: VisitorHistory): string[] {
  return [
    ...exposures.map(({ experienceKey, variationKey }) => `${experienceKey}: ${variationKey}`),
    ...conversions.map(({ goalKey, values }) => conversionLine(goalKey, values)),
  ];
}

function conversionLine(goalKey: string, values: Values): string {
  const known = Object.entries(values).filter(
    ([name, value]) => name !== 'transactionId' || String(value).startsWith(OWN_ORDER),
  );
  return `goal ${goalKey} (${known.map(([name, value]) => `${name} ${value}`).sort()})`;
}

/** The lines that are left when each of the others has taken one like it away. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...lines];
  for (const line of others) {
    const index = left.indexOf(line);
    if (index >= 0) left.splice(index, 1);
  }
  return left;
}
