import { act } from '@testing-library/react';
import { vi } from 'vitest';

interface Sight {
  /** Share of the element's area that is in view, 0 to 1. */
  readonly share: number;
  /** In pixels; the window is 768 high. */
  readonly height?: number;
}

/** Takes the place of the browser's layout, which jsdom has not: the test says what is in view. */
export function simulateViewport() {
  const observers = new Set<SimulatedObserver>();
  const sights = new Map<Element, Sight>();

  class SimulatedObserver {
    readonly thresholds: readonly number[];
    readonly #callback: IntersectionObserverCallback;
    readonly #observed = new Map<Element, number>();

    constructor(callback: IntersectionObserverCallback, options: IntersectionObserverInit = {}) {
      this.#callback = callback;
      this.thresholds = [options.threshold ?? 0].flat();
      observers.add(this);
    }

    observe(element: Element): void {
      this.#observed.set(element, Number.NaN);
      queueMicrotask(() => this.update(element));
    }

    disconnect(): void {
      this.#observed.clear();
      observers.delete(this);
    }

    /** Reports, as browsers do, when another threshold is reached. */
    update(element: Element): void {
      const before = this.#observed.get(element);
      if (before === undefined) return;
      const { share, height = 100 } = sights.get(element) ?? { share: 0 };
      const reached = share === 0 ? -1 : this.thresholds.filter((threshold) => threshold <= share).length;
      if (reached === before) return;
      this.#observed.set(element, reached);
      const entry: Partial<IntersectionObserverEntry> = {
        target: element,
        isIntersecting: share > 0,
        intersectionRatio: share,
        boundingClientRect: new DOMRect(0, 0, 100, height),
      };
      // The fields that say what is in view; the others are left out.
      this.#callback([entry as IntersectionObserverEntry], this as unknown as IntersectionObserver);
    }
  }
  vi.stubGlobal('IntersectionObserver', SimulatedObserver);

  return {
    /** How much of an element is in view from now on. */
    scroll: (element: Element, share: number, height?: number) =>
      act(async () => {
        sights.set(element, height === undefined ? { share } : { share, height });
        for (const observer of observers) observer.update(element);
      }),
    /** How many elements are watched. */
    watched: () => observers.size,
  };
}
