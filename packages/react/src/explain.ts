import type { RelayReceipt } from '@convert-fullstack/core/bridge';

// Replaced at build time by every bundler that React runs in. As blocks, because what only they use is then left out, too.
declare const process: { readonly env: { readonly NODE_ENV?: string } };

/** How long an element may be on its way, for example behind a Suspense boundary, before it looks forgotten. */
const FORGOTTEN_MS = 5_000;

/** The relay will not change its mind about a request: what it carried is lost. */
export function explainStatus(url: string, status: number): void {
  if (process.env.NODE_ENV !== 'production' && status >= 300) {
    warn(`${url} answered ${status}, events dropped`);
    if (status !== 403 || !url.endsWith('/consent')) return;
    warn("setConsent('granted') came before the `consent` option says 'granted': store the visitor's choice first");
  }
}

/** Throws for what is not a receipt. */
export function explainRejected(answer: string): void {
  if (process.env.NODE_ENV !== 'production') {
    const { rejected }: RelayReceipt = JSON.parse(answer);
    const reasons = new Set(rejected.map(({ reason }) => reason));
    if (reasons.size > 0) warn(`the relay rejected events: ${[...reasons].join(', ')}`);
  }
}

export function explainTooLarge(): void {
  if (process.env.NODE_ENV !== 'production') warn('event too large, dropped');
}

export function explainTraits(values: Readonly<Record<string, unknown>>): void {
  if (process.env.NODE_ENV !== 'production') {
    for (const [name, value] of Object.entries(values)) {
      if (/string|boolean/.test(typeof value) || Number.isFinite(value)) continue;
      warn(`"${name}" is neither a string nor a finite number nor a boolean: the relay will refuse it`);
    }
  }
}

/** Unless it is called off in time. */
export function explainUnattached(experienceId: string): (() => void) | undefined {
  if (process.env.NODE_ENV !== 'production') {
    const text = `experience ${experienceId} is not counted: exposure 'visible' needs its ref on an element`;
    const timer = setTimeout(warn, FORGOTTEN_MS, text);
    return () => clearTimeout(timer);
  }
  return undefined;
}

function warn(message: string): void {
  console.warn(`Convert: ${message}.`);
}
