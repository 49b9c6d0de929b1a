import { expect, type Page } from '@playwright/test';

/** What a page has shown in one element, in order, without repetitions. */
interface Shown {
  readonly variations: string[];
  /** At animation frames. The first ones may be beginnings: HTML is shown while it is parsed. */
  readonly texts: string[];
  /** How often the element was there and could not be seen. */
  hiddenFrames: number;
}

declare global {
  interface Window {
    shown?: Record<string, Shown>;
  }
}

const CPU_SLOWDOWN = 4;

interface SamplerOptions {
  /** Whether what is invisible, to keep its place, is left out. It is noted otherwise. */
  readonly onlyVisible?: boolean;
}

/** Slows the page down and notes, from the first byte on, every variation that the elements with a test id show. */
export async function sampleVariations(page: Page, { onlyVisible = false }: SamplerOptions = {}): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  await page.addInitScript((onlyVisible) => {
    const shown: Record<string, Shown> = {};
    window.shown = shown;
    const note = (values: string[], value: string) => {
      if (values.at(-1) !== value) values.push(value);
    };
    const isVisible = (element: Element) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const look = (isFrame: boolean) => {
      for (const element of document.querySelectorAll<HTMLElement>('[data-variation]')) {
        const { testid = '', variation = '' } = element.dataset;
        if (onlyVisible && !isVisible(element)) continue;
        shown[testid] ??= { variations: [], texts: [], hiddenFrames: 0 };
        note(shown[testid].variations, variation);
        if (!isFrame) continue;
        note(shown[testid].texts, element.textContent);
        if (!isVisible(element)) shown[testid].hiddenFrames += 1;
      }
    };
    const observer = new MutationObserver(() => look(false));
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const everyFrame = () => {
      look(true);
      requestAnimationFrame(everyFrame);
    };
    everyFrame();
  }, onlyVisible);
}

export async function shownIn(page: Page, testId: string): Promise<Shown> {
  // A few frames more: a late change would come with one of the next commits.
  await page.evaluate(async () => {
    for (let frame = 0; frame < 10; frame += 1) await new Promise(requestAnimationFrame);
  });
  const shown = await page.evaluate((id) => window.shown?.[id], testId);
  return shown ?? { variations: [], texts: [], hiddenFrames: 0 };
}

/** The element has shown this variation and nothing else, and was never hidden. */
export async function expectOnly(page: Page, testId: string, variation: string): Promise<void> {
  const { variations, texts, hiddenFrames } = await shownIn(page, testId);
  expect(variations).toEqual([variation]);
  expect(hiddenFrames).toBe(0);
  expect(texts).not.toEqual([]);
  const last = texts.at(-1) ?? '';
  expect(texts.filter((text) => !last.startsWith(text))).toEqual([]);
}
