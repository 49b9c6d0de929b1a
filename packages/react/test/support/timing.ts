import { type PageVisitor, writePageVisitor } from '@convert-fullstack/core/bridge';
import { act } from '@testing-library/react';
import { vi } from 'vitest';

interface Entry {
  readonly name: string;
  readonly serverTiming?: readonly { readonly name: string; readonly description: string }[];
}

/** Takes the place of the browser's performance timeline, which jsdom does not have. */
export function recordTiming() {
  const entries: Entry[] = [];
  const observers = new Set<(list: { getEntries(): Entry[] }) => void>();
  vi.spyOn(performance, 'getEntriesByType').mockImplementation((type) => {
    // Only what is used of an entry.
    return (type === 'navigation' ? entries.slice(0, 1) : entries.slice(1)) as unknown as PerformanceEntryList;
  });
  vi.stubGlobal(
    'PerformanceObserver',
    class {
      readonly #heard: (list: { getEntries(): Entry[] }) => void;
      constructor(heard: (list: { getEntries(): Entry[] }) => void) {
        this.#heard = heard;
      }
      observe() {
        observers.add(this.#heard);
      }
      disconnect() {
        observers.delete(this.#heard);
      }
    },
  );
  return {
    observers,
    /** An answer has arrived; the first one is that of the document. */
    async answered(...descriptions: readonly string[]): Promise<void> {
      await this.add({
        name: location.href,
        serverTiming: descriptions.map((description) => ({ name: 'convert', description })),
      });
    },
    async chosenFor(variants: string, visitor: PageVisitor): Promise<void> {
      await this.answered(writePageVisitor(variants, visitor));
    },
    async add(entry: Entry): Promise<void> {
      entries.push(entry);
      await act(async () => {
        for (const heard of observers) heard({ getEntries: () => [entry] });
      });
    },
  };
}
