// @vitest-environment jsdom
import type { Payload } from '@convert-fullstack/core/bridge';
import { act, cleanup, render, screen } from '@testing-library/react';
import { Activity, type ReactNode, StrictMode } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { ConvertProvider, Exposure, useExperience, type WatchedAssignment } from '../src/index.ts';
import { leavePage, resetPage, setHidden, setPrerendering } from './support/page.ts';
import { banner, hero, payloadOf } from './support/payloads.ts';
import { recordRelay } from './support/relay.ts';
import { simulateViewport } from './support/viewport.ts';

const HERO_EXPOSURE = { type: 'exposure', experienceId: '100', variationId: '102' };
const WINDOW_HEIGHT = 768;

let relay: ReturnType<typeof recordRelay>;
let viewport: ReturnType<typeof simulateViewport>;
let warn: MockInstance<typeof console.warn>;

beforeEach(() => {
  vi.useFakeTimers();
  relay = recordRelay();
  viewport = simulateViewport();
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
});

afterEach(async () => {
  cleanup();
  await resetPage();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const elapse = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const scroll = (share: number, height?: number) => viewport.scroll(screen.getByTestId('hero'), share, height);

async function exposures() {
  await leavePage();
  return relay.exposures();
}

function Hero({ id = 'hero', isAttached = true }: { id?: string; isAttached?: boolean }) {
  const assignment = useExperience('home-hero', { exposure: 'visible' });
  return (
    <section key={id} data-testid={id} ref={isAttached ? assignment?.ref : undefined}>
      {assignment?.variationKey ?? 'original'}
    </section>
  );
}

function Marked() {
  return (
    <section data-testid="hero">
      <Exposure of={hero} when="visible" />
    </section>
  );
}

function Page({ payload = payloadOf([hero]), children }: { payload?: Payload; children: ReactNode }) {
  return <ConvertProvider payload={payload}>{children}</ConvertProvider>;
}

function Probe({ onResult }: { onResult: (assignment: WatchedAssignment | null) => void }) {
  const assignment = useExperience('home-hero', { exposure: 'visible' });
  onResult(assignment);
  return null;
}

/** The mistake that "visible" is there to avoid: the control that shows that the detector would notice it. */
function CountsOnCommit() {
  return <section data-testid="hero">{useExperience('home-hero')?.variationKey}</section>;
}

describe.each([
  ["useExperience(key, { exposure: 'visible' })", <Hero key="hero" />],
  ['<Exposure when="visible">', <Marked key="marked" />],
])('%s', (_, component) => {
  it('counts when half of the element has been in view for a second', async () => {
    render(<Page>{component}</Page>);
    await scroll(0.5);
    await elapse(999);
    expect(relay.exposures()).toEqual([]);
    await elapse(1);
    await elapse(100);
    expect(relay.exposures()).toEqual([HERO_EXPOSURE]);
  });

  it('counts nothing that is never in view', async () => {
    render(<Page>{component}</Page>);
    await elapse(60_000);
    expect(await exposures()).toEqual([]);
  });

  it('counts nothing while less than half is in view', async () => {
    render(<Page>{component}</Page>);
    await scroll(0.49);
    await elapse(60_000);
    expect(await exposures()).toEqual([]);
  });

  it('starts over when the element leaves before the second is over', async () => {
    render(<Page>{component}</Page>);
    await scroll(1);
    await elapse(900);
    await scroll(0);
    await elapse(60_000);
    await scroll(1);
    await elapse(900);
    expect(await exposures()).toEqual([]);
    await elapse(100);
    expect(await exposures()).toEqual([HERO_EXPOSURE]);
  });

  it('does not start over while it is scrolled about in view', async () => {
    render(<Page>{component}</Page>);
    await scroll(0.5);
    for (const share of [0.6, 0.9, 1, 0.7]) {
      await elapse(240);
      await scroll(share);
    }
    await elapse(40);
    expect(await exposures()).toEqual([HERO_EXPOSURE]);
  });

  it('waits while the page is hidden, and starts over when it is shown', async () => {
    render(<Page>{component}</Page>);
    await scroll(1);
    await elapse(900);
    await setHidden(true);
    await elapse(60_000);
    expect(relay.exposures()).toEqual([]);
    await setHidden(false);
    await elapse(999);
    expect(relay.exposures()).toEqual([]);
    await elapse(101);
    expect(relay.exposures()).toEqual([HERO_EXPOSURE]);
  });

  it('waits while the page is prerendered', async () => {
    await setPrerendering(true);
    render(<Page>{component}</Page>);
    await scroll(1);
    await elapse(60_000);
    expect(await exposures()).toEqual([]);
    await setPrerendering(false);
    await elapse(1_000);
    expect(await exposures()).toEqual([HERO_EXPOSURE]);
  });

  it('of an element taller than the window counts when it fills half of the window', async () => {
    render(<Page>{component}</Page>);
    const height = WINDOW_HEIGHT * 5;
    await scroll(0.08, height);
    await elapse(60_000);
    expect(await exposures()).toEqual([]);
    await scroll(0.11, height);
    await elapse(1_000);
    expect(await exposures()).toEqual([HERO_EXPOSURE]);
  });

  it('counts once, also in StrictMode and over scrolling away and back', async () => {
    render(
      <StrictMode>
        <Page>{component}</Page>
      </StrictMode>,
    );
    for (const share of [1, 0, 1]) {
      await scroll(share);
      await elapse(2_000);
    }
    expect(await exposures()).toEqual([HERO_EXPOSURE]);
    expect(viewport.watched()).toBe(0);
  });

  it('stops watching when it unmounts before', async () => {
    const { unmount } = render(<Page>{component}</Page>);
    await scroll(1);
    await elapse(500);
    unmount();
    await elapse(60_000);
    expect(await exposures()).toEqual([]);
    expect(viewport.watched()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.skipIf(!Activity)('does not count in a hidden <Activity>, and starts over when that is shown', async () => {
    const page = (mode: 'visible' | 'hidden') => (
      <Page>
        <Activity mode={mode}>{component}</Activity>
      </Page>
    );
    const { rerender } = render(page('visible'));
    await scroll(1);
    await elapse(900);
    rerender(page('hidden'));
    await elapse(60_000);
    expect(await exposures()).toEqual([]);
    rerender(page('visible'));
    await elapse(999);
    expect(await exposures()).toEqual([]);
    await elapse(1);
    expect(await exposures()).toEqual([HERO_EXPOSURE]);
  });

  it('counts the variation that is on the page when it is seen', async () => {
    const { rerender } = render(<Page>{component}</Page>);
    await scroll(1);
    await elapse(900);
    rerender(<Page payload={payloadOf([hero], { visitorId: 'visitor-2' })}>{component}</Page>);
    await elapse(900);
    expect(await exposures()).toEqual([]);
    await elapse(100);
    await leavePage();
    expect(relay.batches().map(({ visitor }) => visitor)).toEqual(['visitor-2']);
  });

  it('without IntersectionObserver shows the variation, and counts nothing it cannot know', async () => {
    Reflect.deleteProperty(window, 'IntersectionObserver');
    vi.stubGlobal('IntersectionObserver', undefined);
    render(<Page>{component}</Page>);
    await elapse(60_000);
    expect(await exposures()).toEqual([]);
  });

  it('does not change the HTML in hydration', async () => {
    const page = <Page>{component}</Page>;
    const container = document.createElement('div');
    container.innerHTML = renderToString(page);
    const html = container.innerHTML;
    const errors: unknown[] = [];
    const root = await act(async () =>
      hydrateRoot(container, page, { onRecoverableError: (error) => errors.push(error) }),
    );
    expect(errors).toEqual([]);
    expect(container.innerHTML).toBe(html);
    await act(async () => root.unmount());
  });
});

it('control: counting on commit would have been seen although the element is never in view', async () => {
  render(
    <Page>
      <CountsOnCommit />
    </Page>,
  );
  expect(await exposures()).toEqual([HERO_EXPOSURE]);
});

describe('the ref', () => {
  it('never changes, and comes with the assignment', () => {
    const results: unknown[] = [];
    const payload = payloadOf([hero]);
    const page = () => (
      <Page payload={payload}>
        <Probe onResult={(assignment) => results.push(assignment)} />
      </Page>
    );
    const { rerender } = render(page());
    rerender(page());
    expect(results[0]).toEqual({ ...hero, ref: expect.any(Function) });
    expect(new Set(results).size).toBe(1);
  });

  it('follows the element: another one is watched in its place', async () => {
    const { rerender } = render(
      <Page>
        <Hero id="hero" />
      </Page>,
    );
    const first = screen.getByTestId('hero');
    await scroll(1);
    await elapse(900);
    rerender(
      <Page>
        <Hero id="other" />
      </Page>,
    );
    await viewport.scroll(first, 1);
    await elapse(60_000);
    expect(await exposures()).toEqual([]);
    await viewport.scroll(screen.getByTestId('other'), 1);
    await elapse(1_000);
    expect(await exposures()).toEqual([HERO_EXPOSURE]);
  });

  it('takes an element that comes later, and lets go of one that is gone', async () => {
    const page = (isAttached: boolean) => (
      <Page>
        <Hero isAttached={isAttached} />
      </Page>
    );
    const { rerender } = render(page(false));
    await scroll(1);
    await elapse(4_000);
    expect(viewport.watched()).toBe(0);
    rerender(page(true));
    await elapse(900);
    rerender(page(false));
    await elapse(900);
    expect(await exposures()).toEqual([]);
    rerender(page(true));
    await elapse(1_000);
    expect(await exposures()).toEqual([HERO_EXPOSURE]);
  });

  it('works as React 18 calls it: with the element, and with null', async () => {
    let ref: WatchedAssignment['ref'] = () => {};
    const attach = (element: Element | null) => act(async () => void ref(element));
    render(
      <Page>
        <Probe
          onResult={(assignment) => {
            ref = assignment?.ref ?? ref;
          }}
        />
      </Page>,
    );
    const element = document.createElement('div');
    await attach(element);
    await viewport.scroll(element, 1);
    await elapse(500);
    await attach(null);
    await elapse(60_000);
    expect(await exposures()).toEqual([]);
  });

  it('that is forgotten is said once in development', async () => {
    const { rerender } = render(
      <Page>
        <Hero isAttached={false} />
      </Page>,
    );
    await elapse(60_000);
    rerender(
      <Page>
        <Hero isAttached={false} />
      </Page>,
    );
    await elapse(60_000);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      "Convert: experience 100 is not counted: exposure 'visible' needs its ref on an element.",
    );
  });

  it('that is attached, or not needed, is not spoken of', async () => {
    render(
      <Page payload={payloadOf([hero, banner])}>
        <Hero />
        <Marked />
        <Exposure of={banner} />
        <Exposure of={null} when="visible" />
      </Page>,
    );
    await elapse(60_000);
    expect(warn).not.toHaveBeenCalled();
  });

  it('is null with the assignment for a visitor who is not in the experience', async () => {
    render(
      <Page payload={payloadOf([])}>
        <Hero />
      </Page>,
    );
    await scroll(1);
    await elapse(60_000);
    expect(await exposures()).toEqual([]);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('the marker of <Exposure when="visible">', () => {
  it('is invisible, and only there when there is something to count', () => {
    const { container } = render(
      <Page>
        <Exposure of={hero} when="visible" />
        <Exposure of={null} when="visible" />
        <Exposure of={banner} when="commit" />
      </Page>,
    );
    expect(container.innerHTML).toBe('<span hidden=""></span>');
  });
});
