// @vitest-environment jsdom
import type { Assignment, Payload } from '@convert-fullstack/core/bridge';
import { act, cleanup, render } from '@testing-library/react';
import { Activity, type ReactNode, StrictMode, Suspense } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConvertProvider, Exposure, useExperience } from '../src/index.ts';
import { readPromise } from '../src/read-promise.ts';
import { blockStorage, leavePage, resetPage, setHidden, setPrerendering } from './support/page.ts';
import { banner, hero, payloadOf, quietBanner } from './support/payloads.ts';
import { recordRelay } from './support/relay.ts';

const HERO_EXPOSURE = { type: 'exposure', experienceId: '100', variationId: '102' };
const never = new Promise<never>(() => {});

let relay: ReturnType<typeof recordRelay>;

beforeEach(() => {
  relay = recordRelay();
});

afterEach(async () => {
  cleanup();
  await resetPage();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function Hero({ exposure }: { exposure?: 'commit' | 'manual' }) {
  const assignment = useExperience('home-hero', exposure && { exposure });
  return <p>{assignment?.variationKey ?? 'original'}</p>;
}

function Page({ payload = payloadOf([hero]), children }: { payload?: Payload; children?: ReactNode }) {
  return <ConvertProvider payload={payload}>{children ?? <Hero />}</ConvertProvider>;
}

function Suspended(): ReactNode {
  return readPromise(never);
}

/** The mistake this package avoids: the control that shows that the detector would notice it. */
function CountsInRender() {
  void fetch('/api/convert/events', { method: 'POST', body: JSON.stringify({ events: [HERO_EXPOSURE] }) });
  return null;
}

async function exposuresAfterLeaving() {
  await leavePage();
  return relay.exposures();
}

const Tab = ({ mode, children }: { mode: 'visible' | 'hidden'; children: ReactNode }) => (
  <Page>
    <Activity mode={mode}>{children}</Activity>
  </Page>
);

const Consent = ({ tracking }: { tracking: 'on' | 'off' }) => (
  <ConvertProvider payload={payloadOf([hero])} tracking={tracking}>
    <Hero />
  </ConvertProvider>
);

describe('what counts', () => {
  it('a committed component counts once', async () => {
    render(<Page />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('several components of one experience count once', async () => {
    render(
      <Page>
        <Hero />
        <Hero />
        <Exposure of={hero} />
      </Page>,
    );
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('a component that the visitor has no assignment for counts nothing', async () => {
    render(<Page payload={payloadOf([banner])} />);
    expect(await exposuresAfterLeaving()).toEqual([]);
  });

  it('re-rendering with a refreshed payload counts nothing again', async () => {
    const { rerender } = render(<Page />);
    rerender(<Page payload={payloadOf([{ ...hero }])} />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('StrictMode counts once', async () => {
    render(
      <StrictMode>
        <Page />
      </StrictMode>,
    );
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('another variation of the same experience counts again', async () => {
    const { rerender } = render(<Page />);
    rerender(<Page payload={payloadOf([{ ...hero, variationId: '103' }])} />);
    expect((await exposuresAfterLeaving()).map(({ variationId }) => variationId)).toEqual(['102', '103']);
  });

  it('a component that suspends and never commits counts nothing', async () => {
    await act(async () => {
      render(
        <Page>
          <Suspense fallback="…">
            <Hero />
            <Suspended />
          </Suspense>
        </Page>,
      );
    });
    expect(await exposuresAfterLeaving()).toEqual([]);
  });

  it('control: counting in render would have been seen although the component never commits', async () => {
    await act(async () => {
      render(
        <Page>
          <Suspense fallback="…">
            <CountsInRender />
            <Suspended />
          </Suspense>
        </Page>,
      );
    });
    expect(await exposuresAfterLeaving()).not.toEqual([]);
  });

  it('with exposure "manual" only <Exposure> counts', async () => {
    const { rerender } = render(
      <Page>
        <Hero exposure="manual" />
      </Page>,
    );
    expect(await exposuresAfterLeaving()).toEqual([]);
    rerender(
      <Page>
        <Hero exposure="manual" />
        <Exposure of={hero} />
      </Page>,
    );
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('<Exposure> takes what a Server Component decided, and null', async () => {
    const decided = { experienceKey: 'pricing', experienceId: '7', experienceName: 'Pricing', variationId: '8' };
    const { container } = render(
      <Page>
        <Exposure of={decided} />
        <Exposure of={null} />
      </Page>,
    );
    expect(container.innerHTML).toBe('');
    expect(await exposuresAfterLeaving()).toEqual([{ type: 'exposure', experienceId: '7', variationId: '8' }]);
  });

  it('without a visitor id nothing is shown and nothing counts', async () => {
    const { container } = render(
      <Page payload={payloadOf([hero], { visitorId: null })}>
        <Hero />
        <Exposure of={hero} />
      </Page>,
    );
    expect(container.textContent).toBe('original');
    expect(await exposuresAfterLeaving()).toEqual([]);
  });
});

describe.skipIf(!Activity)('hidden <Activity>', () => {
  it('counts when it is shown, once over hiding and showing', async () => {
    const { rerender } = render(
      <Tab mode="hidden">
        <Hero />
      </Tab>,
    );
    expect(await exposuresAfterLeaving()).toEqual([]);
    for (const mode of ['visible', 'hidden', 'visible'] as const) {
      rerender(
        <Tab mode={mode}>
          <Hero />
        </Tab>,
      );
    }
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('control: counting in render would have been seen while hidden', async () => {
    render(
      <Tab mode="hidden">
        <CountsInRender />
      </Tab>,
    );
    expect(await exposuresAfterLeaving()).not.toEqual([]);
  });
});

describe('memory', () => {
  it('survives unmounting and mounting again', async () => {
    const { rerender } = render(<Page />);
    rerender(<Page>nothing</Page>);
    rerender(<Page />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('survives a reload: another provider, the same storage', async () => {
    render(<Page />).unmount();
    render(<Page />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('is shared with tabs that were opened before', async () => {
    const tab = (seenBefore: Assignment) =>
      render(
        <Page>
          <Exposure of={seenBefore} />
        </Page>,
      );
    const first = tab(banner);
    const second = tab(quietBanner);
    first.rerender(<Page />);
    second.rerender(<Page />);
    expect((await exposuresAfterLeaving()).map(({ experienceId }) => experienceId)).toEqual(['200', '100', '300']);
  });

  it('two tabs do not erase what the other has noted', async () => {
    const first = render(<Page>nothing</Page>);
    const second = render(<Page>nothing</Page>);
    first.rerender(<Page />);
    second.rerender(
      <Page>
        <Exposure of={banner} />
      </Page>,
    );
    expect(JSON.parse(localStorage.getItem('cv_seen') ?? '').shown).toEqual({ '100': '102', '200': '202' });
  });

  it('starts anew for another visitor', async () => {
    render(<Page />).unmount();
    render(<Page payload={payloadOf([hero], { visitorId: 'visitor-2' })} />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE, HERO_EXPOSURE]);
    expect(JSON.parse(localStorage.getItem('cv_seen') ?? '').visitorId).toBe('visitor-2');
  });

  it('starts anew when the visitor changes under a mounted component', async () => {
    const { rerender } = render(<Page />);
    rerender(<Page payload={payloadOf([hero], { visitorId: 'visitor-2' })} />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE, HERO_EXPOSURE]);
  });

  it('control: without the memory a reload would have been seen', async () => {
    render(<Page />).unmount();
    localStorage.clear();
    render(<Page />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE, HERO_EXPOSURE]);
  });

  it('lasts as long as the page when storage cannot be read', async () => {
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const { rerender } = render(<Page />);
    rerender(<Page>nothing</Page>);
    rerender(<Page />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('lasts as long as the page when storage is full', async () => {
    localStorage.setItem('cv_seen', JSON.stringify({ visitorId: 'visitor-1', shown: { '100': '101' }, reached: {} }));
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    const { rerender } = render(<Page />);
    rerender(<Page>nothing</Page>);
    rerender(<Page />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('lasts as long as the page when localStorage itself throws', async () => {
    const unblock = blockStorage();
    const { rerender } = render(<Page />);
    rerender(<Page>nothing</Page>);
    rerender(<Page />);
    const exposures = await exposuresAfterLeaving();
    unblock();
    expect(exposures).toEqual([HERO_EXPOSURE]);
  });

  it('outlives storage that is emptied while the page is open', async () => {
    const { rerender } = render(<Page />);
    localStorage.clear();
    rerender(<Page>nothing</Page>);
    rerender(<Page />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it.each([
    'null',
    '',
    '{',
    '[]',
    '"visitor-1"',
    '{"visitorId":"visitor-1"}',
    '{"visitorId":"visitor-1","shown":null,"reached":null}',
    '{"visitorId":"visitor-1","shown":"100","reached":7}',
    '{"visitorId":"visitor-1","shown":{"100":102},"reached":{}}',
    '{"visitorId":"visitor-1","shown":{"100":{"toString":1}},"reached":[]}',
    '{"__proto__":{"visitorId":"visitor-1"},"shown":{}}',
    '{"visitorId":"visitor-1","shown":{"__proto__":{"100":"102"}},"reached":{}}',
    `{"visitorId":"visitor-1","shown":{"100":"102","x":"${'y'.repeat(70_000)}"},"reached":{}}`,
  ])('garbage in storage counts as nothing seen: %.60s', async (text) => {
    localStorage.setItem('cv_seen', text);
    render(<Page />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
    expect(Object.prototype).not.toHaveProperty('100');
  });
});

describe('a page that nobody sees yet', () => {
  it('holds the exposure while it is prerendered', async () => {
    await setPrerendering(true);
    render(<Page />);
    expect(await exposuresAfterLeaving()).toEqual([]);
    await setPrerendering(false);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('holds the exposure in a background tab', async () => {
    await setHidden(true);
    render(<Page />);
    expect(await exposuresAfterLeaving()).toEqual([]);
    await setHidden(false);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('needs both: a prerendered page that is activated in the background stays uncounted', async () => {
    await setPrerendering(true);
    await setHidden(true);
    render(<Page />);
    await setPrerendering(false);
    expect(await exposuresAfterLeaving()).toEqual([]);
    await setHidden(false);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('forgets the exposure of a component that is gone before', async () => {
    await setHidden(true);
    const { rerender } = render(<Page />);
    rerender(<Page>nothing</Page>);
    await setHidden(false);
    expect(await exposuresAfterLeaving()).toEqual([]);
    rerender(<Page />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('counts the variation that is on the page when it is seen', async () => {
    await setHidden(true);
    const { rerender } = render(<Page />);
    rerender(<Page payload={payloadOf([{ ...hero, variationId: '103' }])} />);
    await setHidden(false);
    expect((await exposuresAfterLeaving()).map(({ variationId }) => variationId)).toEqual(['103']);
  });

  it.each([true, false])('leaves no listeners behind, hidden at first: %j', async (hidden) => {
    await setHidden(hidden);
    const add = vi.spyOn(document, 'addEventListener');
    const { unmount } = render(<Page />);
    const ours = add.mock.calls.filter(([type]) => type === 'visibilitychange' || type === 'prerenderingchange');
    const signals = ours.map(([, , options]) => (typeof options === 'object' ? options.signal : undefined));
    // Two of the exposure, which waits while the page is hidden, and one of the delivery.
    expect(signals.map((signal) => signal?.aborted)).toEqual([!hidden, !hidden, false]);
    await act(async () => unmount());
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true, true]);
  });
});

describe('tracking="off"', () => {
  it('shows the variation, counts and remembers nothing', async () => {
    const { container } = render(<Consent tracking="off" />);
    expect(container.textContent).toBe('b');
    expect(await exposuresAfterLeaving()).toEqual([]);
    expect(localStorage.getItem('cv_seen')).toBeNull();
  });

  it('counts what is on the page when it is switched on', async () => {
    const { rerender } = render(<Consent tracking="off" />);
    rerender(<Consent tracking="on" />);
    expect(await exposuresAfterLeaving()).toEqual([HERO_EXPOSURE]);
  });

  it('drops what waits when it is switched off', async () => {
    const { rerender } = render(<Consent tracking="on" />);
    rerender(<Consent tracking="off" />);
    expect(await exposuresAfterLeaving()).toEqual([]);
  });

  it('counts what comes after it is switched on again, and nothing of what was dropped', async () => {
    const page = (tracking: 'on' | 'off', shown: Assignment) => (
      <ConvertProvider payload={payloadOf([hero, banner])} tracking={tracking}>
        <Exposure of={shown} />
      </ConvertProvider>
    );
    const { rerender } = render(page('on', hero));
    rerender(page('off', hero));
    rerender(page('on', banner));
    expect((await exposuresAfterLeaving()).map(({ experienceId }) => experienceId)).toEqual(['200']);
  });

  it('drops what a failed request would have put back', async () => {
    relay.answer(503);
    const { rerender } = render(<Consent tracking="on" />);
    act(() => void window.dispatchEvent(new Event('pagehide')));
    rerender(<Consent tracking="off" />);
    await leavePage();
    rerender(<Consent tracking="on" />);
    await leavePage();
    expect(relay.requests).toHaveLength(1);
  });

  it('on an inner provider switches off below it only', async () => {
    render(
      <ConvertProvider payload={payloadOf([hero, banner])}>
        <Exposure of={banner} />
        <ConvertProvider payload={payloadOf([hero])} tracking="off">
          <Hero />
        </ConvertProvider>
      </ConvertProvider>,
    );
    expect((await exposuresAfterLeaving()).map(({ experienceId }) => experienceId)).toEqual(['200']);
  });

  it('on the outermost provider cannot be overruled below it', async () => {
    render(
      <ConvertProvider payload={payloadOf([hero])} tracking="off">
        <ConvertProvider payload={payloadOf([hero])} tracking="on">
          <Hero />
        </ConvertProvider>
      </ConvertProvider>,
    );
    expect(await exposuresAfterLeaving()).toEqual([]);
    expect(localStorage.getItem('cv_seen')).toBeNull();
  });
});
