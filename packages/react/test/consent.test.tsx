// @vitest-environment jsdom
import type { Consent, Payload } from '@convert-fullstack/core/bridge';
import { act, cleanup, render } from '@testing-library/react';
import { type ReactNode, StrictMode, Suspense } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import {
  ConvertProvider,
  type CurrentVisitor,
  Exposure,
  type SetConsent,
  type TrackConversion,
  useConsent,
  useExperience,
  useTrackConversion,
  useVisitor,
} from '../src/index.ts';
import { deferred } from './support/deferred.ts';
import { leavePage, resetPage, setHidden } from './support/page.ts';
import { banner, hero, payloadOf } from './support/payloads.ts';
import { recordRelay } from './support/relay.ts';

const pending = payloadOf([hero], { consent: 'pending' });
const granted = payloadOf([hero]);
const denied = payloadOf([], { visitorId: null, consent: 'denied' });

const GRANT = { consent: 'granted', visitorId: 'visitor-1' };
const LEFT_BY_ANOTHER = '[{"id":"leftByAnother","visitor":"visitor-1","events":[{}]}]';
const HERO_EXPOSURE = { type: 'exposure', experienceId: '100', variationId: '102' };

let relay: ReturnType<typeof recordRelay>;
let warn: MockInstance<typeof console.warn>;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  relay = recordRelay();
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
});

afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  await resetPage();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const elapse = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

interface App extends CurrentVisitor {
  consent: Consent;
  setConsent: SetConsent;
  track: TrackConversion;
}

function Hero() {
  return <p>{useExperience('home-hero')?.variationKey ?? 'original'}</p>;
}

function Banner() {
  const [consent] = useConsent();
  return <p>{consent}</p>;
}

function Controls({ app }: { app: App }) {
  const [consent, setConsent] = useConsent();
  Object.assign(app, useVisitor(), { consent, setConsent, track: useTrackConversion() });
  return null;
}

function open(payload: Payload | Promise<Payload>, more?: ReactNode) {
  // Filled by the first render.
  const app = {} as App;
  const page = (current: Payload | Promise<Payload>, below: ReactNode) => (
    <ConvertProvider payload={current}>
      <Suspense>
        <Controls app={app} />
        <Hero />
        {below}
      </Suspense>
    </ConvertProvider>
  );
  const { rerender, container, unmount } = render(page(payload, more));
  return {
    app,
    container,
    unmount,
    receive: (next: Payload, below?: ReactNode) => rerender(page(next, below)),
    answer: (to: 'granted' | 'denied') => act(async () => void app.setConsent(to)),
  };
}

/** Everything that a page can leave behind in the browser, or send. */
function watchTraces() {
  const calls: string[] = [];
  const note = (name: string) => () => {
    calls.push(name);
    return null;
  };
  for (const method of ['getItem', 'setItem', 'removeItem'] as const) {
    vi.spyOn(Storage.prototype, method).mockImplementation(note(method));
  }
  vi.spyOn(document, 'cookie', 'set').mockImplementation(note('cookie'));
  return { calls, all: () => [...calls, ...relay.requests.map(({ url }) => url)] };
}

const seen = () => JSON.parse(localStorage.getItem('cv_seen') ?? 'null');

describe('useConsent', () => {
  it.each([
    ['has taken it over', () => Response.json({ visitorId: 'visitor-1' })],
    ['cannot be reached, though it is tried again', new TypeError('Failed to fetch')],
  ])('an answer can be waited for until the relay %s', async (_, answered) => {
    const { promise, resolve } = deferred<void>();
    relay.answer(promise.then(() => (answered instanceof Error ? Promise.reject(answered) : answered())));
    const { app } = open(pending);
    let isThrough = false;
    await act(async () => void app.setConsent('granted').then(() => (isThrough = true)));
    await elapse(300);
    expect(isThrough).toBe(false);
    await act(async () => resolve());
    expect(isThrough).toBe(true);
  });

  it.each([
    ['granted', granted],
    ['pending', pending],
    ['denied', denied],
  ])('says what the payload says: %s', (consent, payload) => {
    expect(open(payload).app.consent).toBe(consent);
  });

  it('says what the visitor answered, whatever an older or newer payload says', async () => {
    const { app, answer, receive } = open(pending);
    await answer('granted');
    expect(app.consent).toBe('granted');
    receive(payloadOf([hero, banner], { consent: 'pending' }));
    expect(app.consent).toBe('granted');
    await answer('denied');
    receive(granted);
    expect(app.consent).toBe('denied');
  });

  it('asks the innermost payload', () => {
    const inner = {} as App;
    const { app } = open(
      granted,
      <ConvertProvider payload={pending}>
        <Controls app={inner} />
      </ConvertProvider>,
    );
    expect(app.consent).toBe('granted');
    expect(inner.consent).toBe('pending');
  });

  it('answers for the whole page, also from an inner provider', async () => {
    const inner = {} as App;
    const { app } = open(
      pending,
      <ConvertProvider payload={pending}>
        <Controls app={inner} />
      </ConvertProvider>,
    );
    await act(async () => void inner.setConsent('granted'));
    await elapse(100);
    expect([app.consent, inner.consent]).toEqual(['granted', 'granted']);
    expect(relay.consents()).toEqual([GRANT]);
  });

  it('is pending when the payload failed: nobody knows', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const failing = Promise.reject<Payload>(new Error('no config'));
    const { app } = await act(async () => open(failing));
    expect(app.consent).toBe('pending');
  });

  it('its setter never changes', async () => {
    const { app, answer, receive } = open(pending);
    const first = app.setConsent;
    await answer('granted');
    receive(granted);
    expect(app.setConsent).toBe(first);
  });

  it('is the same in the HTML of the server and in the first render of the browser', async () => {
    const page = (
      <ConvertProvider payload={pending}>
        <Banner />
      </ConvertProvider>
    );
    const container = document.createElement('div');
    container.innerHTML = renderToString(page);
    expect(container.textContent).toBe('pending');
    const errors: unknown[] = [];
    const root = await act(async () =>
      hydrateRoot(container, page, { onRecoverableError: (error) => errors.push(error) }),
    );
    expect(errors).toEqual([]);
    await act(async () => root.unmount());
  });
});

describe('pending', () => {
  it('shows the variation, and stores, sets and sends nothing, whatever happens', async () => {
    const traces = watchTraces();
    const { app, container, unmount } = open(pending);
    expect(container.textContent).toBe('b');
    expect(app.track('purchase').status).toBe('queued');
    app.setAttributes({ plan: 'pro' });
    await elapse(60_000);
    await setHidden(true);
    await setHidden(false);
    await leavePage();
    await act(async () => void window.dispatchEvent(new Event('online')));
    unmount();
    await elapse(60_000);
    expect(traces.all()).toEqual([]);
  });

  it('control: with consent all of that leaves traces', async () => {
    const traces = watchTraces();
    const { app } = open(granted);
    app.track('purchase');
    await elapse(60_000);
    expect(traces.all()).toEqual(expect.arrayContaining(['getItem', 'setItem', '/api/convert/events']));
  });

  it('does not read what an earlier visit has stored', async () => {
    localStorage.setItem('cv_queue', LEFT_BY_ANOTHER);
    open(pending);
    await elapse(60_000);
    expect(relay.requests).toEqual([]);
    expect(localStorage.getItem('cv_queue')).not.toBeNull();
  });

  it('counts what is new once, in memory', () => {
    const { app } = open(pending);
    expect([app.track('purchase').status, app.track('purchase').status]).toEqual(['queued', 'deduplicated']);
  });
});

describe('pending, then granted', () => {
  it('the page keeps its id, and what was held goes out after the relay has taken it over', async () => {
    const { promise, resolve } = deferred<Response>();
    relay.answer(promise);
    const { app, answer } = open(pending);
    app.track('purchase');
    app.setSegments({ visitorType: 'new' });
    await answer('granted');
    await elapse(100);
    expect(relay.requests.map(({ url, body }) => [url, body])).toEqual([['/api/convert/consent', GRANT]]);
    expect(localStorage).toHaveLength(0);

    await act(async () => resolve(Response.json({ visitorId: 'visitor-1' })));
    await elapse(100);
    expect(relay.batches()).toEqual([
      {
        id: expect.any(String),
        visitor: 'visitor-1',
        events: [
          HERO_EXPOSURE,
          {
            type: 'conversion',
            goalKey: 'purchase',
            exposed: { '100': '102' },
          },
          { type: 'segments', values: { visitorType: 'new' } },
        ],
      },
    ]);
    expect(seen()).toEqual({ visitorId: 'visitor-1', shown: { '100': '102' }, reached: { purchase: 'yes' } });
  });

  it('what was held has the values it was reported with', async () => {
    const { app, answer } = open(pending);
    const conversionData: Record<string, string> = { transactionId: 'T-1' };
    app.track('purchase', { conversionData });
    conversionData.transactionId = 'T-2';
    await answer('granted');
    await elapse(1_000);
    expect(relay.conversions()[0]?.conversionData).toEqual({ transactionId: 'T-1' });
  });

  it('what was counted in an earlier visit or by another tab is not counted again', async () => {
    const { app, answer } = open(pending, <Exposure of={banner} />);
    app.track('purchase');
    app.track('signup');
    localStorage.setItem(
      'cv_seen',
      JSON.stringify({ visitorId: 'visitor-1', shown: { '100': '102' }, reached: { purchase: 'yes' } }),
    );
    await answer('granted');
    await elapse(1_000);
    expect(relay.exposures().map(({ experienceId }) => experienceId)).toEqual(['200']);
    expect(relay.conversions().map(({ goalKey }) => goalKey)).toEqual(['signup']);
    expect(seen().shown).toEqual({ '100': '102', '200': '202' });
  });

  it('is asked of the relay again, with back-off, until there is an answer; nothing overtakes it', async () => {
    relay.answer(new TypeError('Failed to fetch'), 503, 429);
    const { answer } = open(pending);
    await answer('granted');
    expect(relay.requests).toHaveLength(1);
    await elapse(399);
    expect(relay.requests).toHaveLength(1);
    await elapse(1);
    expect(relay.requests).toHaveLength(2);
    await elapse(1_600 + 6_400 + 100);
    expect(relay.requests.map(({ url }) => url.split('/').at(-1))).toEqual([
      'consent',
      'consent',
      'consent',
      'consent',
      'events',
    ]);
  });

  it('a relay that sees no consent makes it a denial, and development says why', async () => {
    relay.answer(403);
    const { app, answer } = open(pending);
    await answer('granted');
    await elapse(1_000);
    expect(app.track('purchase')).toMatchObject({ status: 'tracking_off' });
    await elapse(60_000);
    await leavePage();
    expect(relay.batches()).toEqual([]);
    expect(localStorage).toHaveLength(0);
    expect(warn.mock.calls.flat().join()).toContain('/api/convert/consent answered 403, events dropped');
    expect(warn.mock.calls.flat().join()).toContain('`consent` option');
  });

  it('answering twice is answering once', async () => {
    const { app, answer } = open(pending);
    await act(async () => {
      app.setConsent('granted');
      app.setConsent('granted');
    });
    await elapse(1_000);
    await answer('granted');
    await elapse(60_000);
    expect(relay.consents()).toEqual([GRANT]);
  });

  it('StrictMode counts and answers once', async () => {
    const app = {} as App;
    render(
      <StrictMode>
        <ConvertProvider payload={pending}>
          <Controls app={app} />
          <Hero />
        </ConvertProvider>
      </StrictMode>,
    );
    await act(async () => void app.setConsent('granted'));
    await elapse(1_000);
    expect(relay.consents()).toEqual([GRANT]);
    expect(relay.events()).toEqual([HERO_EXPOSURE]);
  });

  it('is also what a newer payload with consent means, without a word to the relay', async () => {
    const { receive } = open(pending);
    await elapse(1_000);
    receive(payloadOf([{ ...hero }]));
    await elapse(1_000);
    expect(relay.requests.map(({ url }) => url)).toEqual(['/api/convert/events']);
    expect(relay.events()).toEqual([HERO_EXPOSURE]);
  });

  it('a part of the page that is older than the consent counts as well, and takes it from no other', async () => {
    const inner = {} as App;
    const { app, receive } = open(granted);
    receive(
      granted,
      <ConvertProvider payload={pending}>
        <Controls app={inner} />
      </ConvertProvider>,
    );
    app.track('purchase');
    inner.track('signup');
    await elapse(1_000);
    expect(relay.conversions().map(({ goalKey }) => goalKey)).toEqual(['purchase', 'signup']);
  });

  it('stands for the visitor whose cookie scripts cannot read', async () => {
    const { answer } = open(payloadOf([hero], { consent: 'pending', visitorRef: 'ref-of-visitor-1' }));
    await answer('granted');
    await elapse(1_000);
    expect(relay.consents()).toEqual([GRANT]);
    expect(relay.batches().map(({ visitor }) => visitor)).toEqual(['ref-of-visitor-1']);
  });

  it('leaves with the page that is left at once', async () => {
    const { app, answer } = open(pending);
    await answer('granted');
    await leavePage();
    expect(relay.consents()).toEqual([GRANT]);
    expect(app.consent).toBe('granted');
  });
});

describe('denied', () => {
  const erased = () => [localStorage.getItem('cv_seen'), localStorage.getItem('cv_queue')];

  beforeEach(() => {
    localStorage.setItem('cv_queue', '[{"id":"leftByAnother","visitor":"visitor-9","events":[{}]}]');
    localStorage.setItem('cv_seen', '{"visitorId":"visitor-9","shown":{},"reached":{}}');
  });

  it('after pending: what was held is dropped, everything is erased and nothing leaves any more', async () => {
    const { app, answer, container } = open(pending);
    app.track('purchase');
    await answer('denied');
    expect(erased()).toEqual([null, null]);
    expect(app.track('signup')).toMatchObject({ status: 'tracking_off' });
    app.setAttributes({ plan: 'pro' });
    await elapse(60_000);
    await leavePage();
    await elapse(60_000);
    expect(relay.requests).toEqual([]);
    expect(erased()).toEqual([null, null]);
    expect(container.textContent).toBe('b');
  });

  it('after granted: what waits is dropped, everything is erased, and only the relay hears of it', async () => {
    const { app, answer, container } = open(granted);
    app.track('purchase');
    await answer('denied');
    expect(erased()).toEqual([null, null]);
    app.track('signup');
    await elapse(60_000);
    await leavePage();
    await elapse(60_000);
    expect(relay.requests.map(({ url, body }) => [url, body])).toEqual([
      ['/api/convert/consent', { consent: 'denied' }],
    ]);
    expect(erased()).toEqual([null, null]);
    expect(container.textContent).toBe('b');
  });

  it('the relay is told until it has heard', async () => {
    relay.answer(503, 503);
    const { answer } = open(granted);
    await answer('denied');
    await elapse(60_000);
    expect(relay.consents()).toEqual(Array(3).fill({ consent: 'denied' }));
  });

  it('what a failed request would have put back is gone, too', async () => {
    const { promise, resolve } = deferred<Response>();
    relay.answer(promise);
    const { answer } = open(granted);
    await elapse(100);
    await setHidden(true);
    await answer('denied');
    await act(async () => resolve(new Response(null, { status: 503 })));
    await setHidden(false);
    await elapse(60_000);
    expect(relay.batches()).toHaveLength(1);
    expect(erased()).toEqual([null, null]);
  });

  it('right after granted: the relay hears both, in this order', async () => {
    const { promise, resolve } = deferred<Response>();
    relay.answer(promise);
    const { app, answer } = open(pending);
    await answer('granted');
    await elapse(100);
    await answer('denied');
    await elapse(1_000);
    expect(relay.consents()).toEqual([GRANT]);
    relay.answer(deferred<Response>().promise);
    await act(async () => resolve(Response.json({ visitorId: 'visitor-1' })));
    expect(app.track('purchase').status).toBe('tracking_off');
    localStorage.setItem('cv_queue', LEFT_BY_ANOTHER);
    await elapse(60_000);
    await setHidden(true);
    await setHidden(false);
    expect(localStorage.getItem('cv_queue')).toBe(LEFT_BY_ANOTHER);
    expect(relay.consents()).toEqual([GRANT, { consent: 'denied' }]);
    expect(relay.batches()).toEqual([]);
  });

  it('in another tab: the relay takes nothing any more, so this one erases what it kept and falls silent', async () => {
    const { app } = open(granted);
    await elapse(1_000);
    localStorage.clear();
    relay.alwaysAnswer(403);
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    app.track('purchase');
    await elapse(1_000);
    expect([localStorage.getItem('cv_seen'), localStorage.getItem('cv_queue')]).toEqual([null, null]);
    const requests = relay.requests.length;
    expect(app.track('signup').status).toBe('tracking_off');
    await setHidden(true);
    await elapse(600_000);
    expect(relay.requests).toHaveLength(requests);
  });

  it('in the same moment as granted: counts as denied', async () => {
    const { app } = open(pending);
    await act(async () => {
      app.setConsent('granted');
      app.setConsent('denied');
    });
    expect(app.track('purchase').status).toBe('tracking_off');
    await elapse(60_000);
    expect(relay.consents().at(-1)).toEqual({ consent: 'denied' });
    expect(relay.batches()).toEqual([]);
  });

  it('of a newer payload erases as well, without a word to the relay', async () => {
    const { app, receive } = open(granted);
    app.track('purchase');
    receive(denied);
    expect(erased()).toEqual([null, null]);
    await elapse(60_000);
    await leavePage();
    expect(relay.requests).toEqual([]);
  });

  it('of the first payload erases what an earlier visit left', () => {
    open(denied);
    expect(erased()).toEqual([null, null]);
  });

  it('then granted: what is on the page counts anew, for the same visitor', async () => {
    const { answer } = open(granted);
    await elapse(1_000);
    await answer('denied');
    await elapse(1_000);
    await answer('granted');
    await elapse(1_000);
    expect(relay.consents()).toEqual([{ consent: 'denied' }, GRANT]);
    expect(relay.batches().map(({ visitor, events }) => [visitor, events])).toEqual([
      ['visitor-1', [HERO_EXPOSURE]],
      ['visitor-1', [HERO_EXPOSURE]],
    ]);
  });

  it('then granted while the relay has not answered: the later word counts', async () => {
    const { promise, resolve } = deferred<Response>();
    const { answer } = open(granted);
    await elapse(1_000);
    relay.answer(promise);
    await answer('denied');
    await elapse(100);
    await answer('granted');
    await act(async () => resolve(Response.json({})));
    await elapse(1_000);
    expect(relay.consents()).toEqual([{ consent: 'denied' }, GRANT]);
    expect(relay.events()).toEqual([HERO_EXPOSURE, HERO_EXPOSURE]);
  });

  it('then granted on a page that knows no visitor: nothing happens until there is a new page', async () => {
    const { app, answer } = open(denied);
    await answer('granted');
    await elapse(60_000);
    expect(app.consent).toBe('granted');
    expect(app.track('purchase').status).toBe('tracking_off');
    expect(relay.requests).toEqual([]);
  });

  it('is the last word on this page: a payload with consent does not overrule it', async () => {
    const { answer, receive } = open(pending);
    await answer('denied');
    localStorage.setItem('cv_queue', LEFT_BY_ANOTHER);
    receive(granted);
    await elapse(60_000);
    await leavePage();
    expect(relay.requests).toEqual([]);
    expect(localStorage.getItem('cv_queue')).toBe(LEFT_BY_ANOTHER);
  });

  it('with storage that is blocked does not throw', async () => {
    vi.spyOn(Storage.prototype, 'removeItem').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const { app, answer } = open(granted);
    await answer('denied');
    expect(app.consent).toBe('denied');
  });
});

describe('a payload that is a promise', () => {
  it('holds back until it is known what may be done', async () => {
    const traces = watchTraces();
    const { promise, resolve } = deferred<Payload>();
    await act(async () => void open(promise));
    await elapse(60_000);
    await act(async () => resolve(pending));
    await elapse(60_000);
    expect(traces.all()).toEqual([]);
  });

  it('counts once it is there and granted', async () => {
    const { promise, resolve } = deferred<Payload>();
    await act(async () => void open(promise));
    await act(async () => resolve(granted));
    await elapse(1_000);
    expect(relay.events()).toEqual([HERO_EXPOSURE]);
  });
});

describe('tracking="off"', () => {
  it('counts nothing after consent either', async () => {
    const app = {} as App;
    render(
      <ConvertProvider payload={pending} tracking="off">
        <Controls app={app} />
        <Hero />
      </ConvertProvider>,
    );
    await act(async () => void app.setConsent('granted'));
    await elapse(60_000);
    expect(app.track('purchase').status).toBe('tracking_off');
    expect(relay.requests.map(({ url }) => url)).toEqual(['/api/convert/consent']);
  });

  it('drops what was held when it is switched off', async () => {
    const app = {} as App;
    const page = (tracking: 'on' | 'off') => (
      <ConvertProvider payload={pending} tracking={tracking}>
        <Controls app={app} />
        <Hero />
      </ConvertProvider>
    );
    const { rerender } = render(page('on'));
    await elapse(1_000);
    rerender(page('off'));
    await act(async () => void app.setConsent('granted'));
    await elapse(60_000);
    expect(relay.exposures()).toEqual([]);
  });
});
