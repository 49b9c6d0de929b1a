// @vitest-environment jsdom
import { Core } from '@convert-fullstack/core';
import { projectConfig } from '@convert-fullstack/core/testing';
import { act, cleanup, render } from '@testing-library/react';
import { type ReactNode, StrictMode, Suspense, useEffect } from 'react';
import { SWRConfig } from 'swr';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConvertClientProvider, type ConvertClientProviderProps } from '../src/client.ts';
import {
  type ConversionResult,
  type CurrentVisitor,
  type SetConsent,
  useConsent,
  useExperience,
  useFeature,
  useTrackConversion,
  useVisitor,
} from '../src/index.ts';
import { PreviewBadge } from '../src/preview-badge.tsx';
import { simulateConvert } from './support/convert.ts';
import { deferred } from './support/deferred.ts';
import { elapse } from './support/elapse.ts';
import { blockStorage, leavePage, resetPage, setCookie, setHidden } from './support/page.ts';

const SDK_KEY = '1001/2002';
const config = projectConfig({
  experiences: {
    hero: {},
    plans: { variations: { cards: 0, table: 100 }, location: { path: '/pricing' } },
    offer: {
      variations: { none: 0, story: { share: 100, features: { banner: { text: 'Hello' } } } },
      audience: { plan: 'pro' },
    },
    german: { variations: { on: 100 }, audience: { language: 'de' } },
  },
  features: { banner: { text: 'string' } },
  goals: ['purchase', 'signup'],
});

let convert: ReturnType<typeof simulateConvert>;
let warn: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  vi.useFakeTimers();
  convert = simulateConvert(config);
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  history.replaceState(null, '', '/');
});

afterEach(async () => {
  cleanup();
  await resetPage();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const show = (page: ReactNode) => act(async () => render(page));
const cookieId = () => /(?:^|; )cv_vid=([^;]*)/.exec(document.cookie)?.[1];
const variationOf = (visitorId: string) =>
  new Core({ data: config, tracking: 'off' }).createContext(visitorId).runExperience('hero')?.variationKey;
const someoneIn = (variationKey: string) => {
  for (let n = 0; ; n++) if (variationOf(`visitor-${n}`) === variationKey) return `visitor-${n}`;
};

/** What a component was mounted with, in order. */
let mounted: string[];
beforeEach(() => {
  mounted = [];
});

function Hero(): ReactNode {
  const variation = useExperience('hero')?.variationKey ?? 'none';
  useEffect(() => void mounted.push(variation), [variation]);
  return <p>{variation}</p>;
}

interface App {
  track(goalKey: string): ConversionResult;
  setConsent: SetConsent;
  consent: string;
  visitor: CurrentVisitor;
}

function Controls({ app }: { app: Partial<App> }): ReactNode {
  const [consent, setConsent] = useConsent();
  Object.assign(app, { track: useTrackConversion(), consent, setConsent, visitor: useVisitor() });
  return null;
}

/** One page life: what its providers share is not module state. */
function Page({ children }: { children: ReactNode }): ReactNode {
  return <SWRConfig value={{ provider: pageCache() }}>{children}</SWRConfig>;
}
const caches = new WeakMap<object, Map<string, object>>();
let pageLife = {};
function pageCache() {
  const own = caches.get(pageLife) ?? new Map();
  caches.set(pageLife, own);
  return () => own;
}

type Props = Partial<Record<'sdkKey', string | undefined>> & Omit<Partial<ConvertClientProviderProps>, 'sdkKey'>;

async function open(props: Props = {}, children: ReactNode = <Hero />) {
  pageLife = {};
  const app = {} as App;
  const page = (next: Props) => (
    <Page>
      {/* The tests leave out what they do not care about. */}
      <ConvertClientProvider sdkKey={SDK_KEY} {...(next as object)} placeholder={next.placeholder ?? '…'}>
        <Controls app={app} />
        {children}
      </ConvertClientProvider>
    </Page>
  );
  const { container, rerender } = await act(async () => render(page(props)));
  return {
    app,
    text: () => container.textContent,
    receive: (next: Props) => act(async () => rerender(page({ ...props, ...next }))),
    close: async () => {
      cleanup();
      await act(async () => {});
    },
  };
}

describe('a first visit', () => {
  it('shows the placeholder, then the variation of a new visitor, who is kept and counted once', async () => {
    const { text } = await open();
    expect(text()).toBe('…');
    await elapse(50);
    const visitorId = cookieId() ?? '';
    expect(visitorId).toMatch(/^[0-9a-f-]{36}$/);
    expect(text()).toBe(variationOf(visitorId));
    await elapse(1_000);
    expect(convert.counted()).toEqual([
      { visitorId, event: { eventType: 'bucketing', data: expect.objectContaining({ experienceId: '100001' }) } },
    ]);
    expect(mounted).toEqual([text()]);
  });

  it('asks for the config by its key and environment, once', async () => {
    await open({ environment: 'production', transport: { configUrl: 'http://localhost/api/v1' } });
    await elapse(2_000);
    expect(convert.configRequests).toEqual(['http://localhost/api/v1/config/1001%2F2002?environment=production']);
  });

  it('reports to the collector without what would need a preflight, and outlives the page', async () => {
    await open({ transport: { trackUrl: 'http://localhost/v1' } });
    await elapse(1_000);
    const [{ url, init } = { url: '', init: {} }] = convert.deliveries;
    expect(url).toBe('http://localhost/v1/track/1001%2F2002');
    expect(init).toMatchObject({ method: 'POST', keepalive: true, headers: {} });
  });

  it('sends at once what a page that is being left has to tell', async () => {
    const { app } = await open();
    await elapse(50);
    app.track('purchase');
    await leavePage();
    expect(convert.counted().map(({ event }) => event.eventType)).toEqual(['bucketing', 'conversion']);
  });

  it('sends at once what a page that is hidden has to tell', async () => {
    await open();
    await elapse(50);
    await setHidden(true);
    expect(convert.counted()).toHaveLength(1);
  });

  it('sends once what a page has to tell that is being left, also when it hears that it has failed', async () => {
    convert.answerTracking(503);
    await open();
    await elapse(50);
    await leavePage();
    await setHidden(true);
    expect(convert.deliveries).toHaveLength(1);
    convert.answerTracking(200);
    await setHidden(false);
    await setHidden(true);
    expect(convert.deliveries).toHaveLength(2);
  });

  it('tries again to deliver what the collector did not take', async () => {
    convert.answerTracking(503);
    await open();
    await elapse(300);
    convert.answerTracking(200);
    await elapse(10_000);
    expect(convert.deliveries.map(({ body }) => body.visitors.length)).toEqual([1, 1]);
  });

  it('counts once in StrictMode', async () => {
    await show(
      <StrictMode>
        <Page>
          <ConvertClientProvider sdkKey={SDK_KEY}>
            <Hero />
          </ConvertClientProvider>
        </Page>
      </StrictMode>,
    );
    await elapse(1_000);
    expect(convert.counted()).toHaveLength(1);
    expect(convert.configRequests).toHaveLength(1);
  });

  it('holds only what is inside the nearest Suspense boundary, and no longer than it takes', async () => {
    pageLife = {};
    const { container } = await show(
      <Page>
        <ConvertClientProvider sdkKey={SDK_KEY} placeholder="nothing of the page">
          <h1>Shop</h1>
          <Suspense fallback={<i>hero</i>}>
            <Hero />
          </Suspense>
        </ConvertClientProvider>
      </Page>,
    );
    expect(container.innerHTML).toBe('<h1>Shop</h1><i>hero</i>');
    await elapse(25);
    expect(container.innerHTML).toBe(`<h1>Shop</h1><p>${variationOf(cookieId() ?? '')}</p>`);
    expect(mounted).toHaveLength(1);
  });
});

describe('a second visit', () => {
  it('decides in the first commit, whatever the network does, and refreshes the config for the next one', async () => {
    await (await open()).close();
    await open();
    await elapse(1_000);
    cleanup();
    convert.serve(deferred<Response>().promise);
    const before = convert.configRequests.length;
    mounted = [];
    const { text } = await open();
    expect(text()).toBe(variationOf(cookieId() ?? ''));
    await elapse(2_000);
    expect(mounted).toEqual([text()]);
    expect(convert.configRequests.length - before).toBe(1);
    expect(warn).not.toHaveBeenCalled();
  });

  it('keeps what it decided with when a newer config arrives, which the next visit uses', async () => {
    await open({ visitorId: someoneIn('variation') });
    await elapse(1_000);
    cleanup();
    convert.serve(projectConfig({ experiences: { hero: { variations: { original: 100 } } } }));
    expect((await open({ visitorId: someoneIn('variation') })).text()).toBe('variation');
    await elapse(2_000);
    expect(document.body.textContent).toBe('variation');
    cleanup();
    expect((await open({ visitorId: someoneIn('variation') })).text()).toBe('original');
  });

  it('does not count again', async () => {
    await open();
    await elapse(1_000);
    cleanup();
    await open();
    await elapse(1_000);
    expect(convert.counted()).toHaveLength(1);
  });

  const entry = (parts: object) => JSON.stringify({ sdkKey: SDK_KEY, fetchedAt: Date.now(), config, ...parts });
  it('control: an entry like the following ones is used', async () => {
    localStorage.setItem('cv_config', entry({}));
    expect((await open()).text()).not.toBe('…');
  });

  const DAY_MS = 86_400_000;
  for (const [name, text] of Object.entries<() => string>({
    'of another project': () => entry({ sdkKey: '9/9' }),
    'of another environment': () => entry({ environment: 'staging' }),
    'older than a day': () => entry({ fetchedAt: Date.now() - DAY_MS - 1 }),
    'from the future': () => entry({ fetchedAt: Date.now() + 1 }),
    'without a time': () => entry({ fetchedAt: undefined }),
    'that is no config': () => entry({ config: { experiences: 'all' } }),
    'with a forbidden name': () => entry({ config: JSON.parse('{"account_id":"1","__proto__":{"a":1}}') }),
    'that is too large': () => entry({ padding: 'x'.repeat(1_000_000) }),
    'that is no JSON': () => '{',
    'that is null': () => 'null',
  })) {
    it(`does not believe a stored config ${name}, and fetches`, async () => {
      localStorage.setItem('cv_config', text());
      const { text: shown } = await open();
      expect(shown()).toBe('…');
      await elapse(50);
      expect(shown()).toBe(variationOf(cookieId() ?? ''));
    });
  }

  it('works without storage', async () => {
    const unblock = blockStorage();
    const { text } = await open();
    await elapse(1_000);
    unblock();
    expect(text()).toBe(variationOf(cookieId() ?? ''));
  });
});

describe('no config in time', () => {
  it('shows originals after a second, once, and never changes them', async () => {
    const { promise, resolve } = deferred<Response>();
    convert.serve(promise);
    const { text } = await open();
    await elapse(999);
    expect(text()).toBe('…');
    await elapse(1);
    expect(text()).toBe('none');
    await act(async () => resolve(Response.json(config)));
    await elapse(5_000);
    expect(mounted).toEqual(['none']);
    expect(convert.counted()).toEqual([]);
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls.flat().join()).not.toContain(SDK_KEY);
    cleanup();
    expect((await open()).text()).toBe(variationOf(cookieId() ?? ''));
  });

  for (const [name, answer] of [
    ['unreachable', new TypeError('Failed to fetch')],
    ['failing', 500],
    ['refusing', 404],
  ] as const) {
    it(`shows originals within the limit of the application when the service is ${name}`, async () => {
      convert.serve(answer);
      const { text, app } = await open({ timeoutMs: 300 });
      await elapse(300);
      expect(text()).toBe('none');
      expect(app.track('purchase')).toMatchObject({ tracked: false });
      await elapse(60_000);
      expect(mounted).toEqual(['none']);
      expect(convert.counted()).toEqual([]);
    });
  }

  it('shows originals at once for what is no config, and says so', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    convert.serve({ error: 'no such project' });
    const { text } = await open();
    await elapse(50);
    expect(text()).toBe('none');
    expect(error.mock.calls.flat().join()).toContain('config_invalid');
  });
});

describe('several providers of one page', () => {
  const two = async (props: Partial<ConvertClientProviderProps> = {}) => {
    pageLife = {};
    return show(
      <Page>
        {['one', 'two'].map((name) => (
          <ConvertClientProvider key={name} sdkKey={SDK_KEY} {...(props as object)}>
            <Hero />
          </ConvertClientProvider>
        ))}
      </Page>,
    );
  };

  it('fetch once, decide for one visitor and count once', async () => {
    await two();
    await elapse(1_000);
    expect(mounted).toEqual([variationOf(cookieId() ?? ''), variationOf(cookieId() ?? '')]);
    expect(convert.configRequests).toHaveLength(1);
    expect(convert.counted()).toHaveLength(1);
  });

  it('decide for one visitor also while that one lives in the page only', async () => {
    for (let visit = 0; visit < 8; visit++) {
      mounted = [];
      await two({ consent: 'pending' });
      await elapse(1_000);
      expect(new Set(mounted).size).toBe(1);
      cleanup();
    }
  });

  it('ask nothing again when one more is mounted later', async () => {
    const { rerender } = await two();
    await elapse(10_000);
    await act(async () =>
      rerender(
        <Page>
          <ConvertClientProvider sdkKey={SDK_KEY}>
            <Hero />
          </ConvertClientProvider>
        </Page>,
      ),
    );
    await elapse(10_000);
    expect(convert.configRequests).toHaveLength(1);
  });

  it('nest: the inner one decides, the outer one counts', async () => {
    pageLife = {};
    await show(
      <Page>
        <ConvertClientProvider sdkKey={SDK_KEY}>
          <Hero />
          <ConvertClientProvider sdkKey={SDK_KEY} url="/pricing">
            <Hero />
            <Plans />
          </ConvertClientProvider>
        </ConvertClientProvider>
      </Page>,
    );
    await elapse(1_000);
    expect(document.body.textContent).toContain('table');
    expect(convert.counted()).toHaveLength(2);
    expect(convert.configRequests).toHaveLength(1);
  });
});

function Offer(): ReactNode {
  const { variables } = useFeature('banner');
  return <b>{`${variables.text ?? 'no banner'} ${useExperience('german')?.variationKey ?? 'off'}`}</b>;
}

function Plans(): ReactNode {
  return <b>{useExperience('plans')?.variationKey ?? 'cards'}</b>;
}

describe('what is decided with', () => {
  it('is the visitor whom the cookie names', async () => {
    for (const variation of ['original', 'variation']) {
      setCookie(`cv_vid=${someoneIn(variation)}; path=/`);
      const { text, app } = await open();
      await elapse(50);
      expect(text()).toBe(variation);
      expect(app.visitor.visitorId).toBe(someoneIn(variation));
      cleanup();
    }
  });

  it('is the visitor whom the application names, and the cookie is brought in step', async () => {
    setCookie(`cv_vid=${someoneIn('original')}; path=/`);
    const { text } = await open({ visitorId: someoneIn('variation') });
    await elapse(50);
    expect(text()).toBe('variation');
    expect(cookieId()).toBe(someoneIn('variation'));
  });

  it('is another visitor for a provider with another key', async () => {
    const shop = (user: string) => (
      <Page>
        <ConvertClientProvider key={user} sdkKey={SDK_KEY} visitorId={user}>
          <Hero />
        </ConvertClientProvider>
      </Page>
    );
    pageLife = {};
    const { rerender } = await show(shop(someoneIn('original')));
    await elapse(50);
    await act(async () => rerender(shop(someoneIn('variation'))));
    await elapse(1_000);
    expect(mounted).toEqual(['original', 'variation']);
    expect(convert.counted().map(({ visitorId }) => visitorId)).toEqual([
      someoneIn('original'),
      someoneIn('variation'),
    ]);
    expect(convert.configRequests).toHaveLength(1);
  });

  it('is never an id that cannot be kept', async () => {
    setCookie('cv_vid=two words; path=/');
    await open({ visitorId: 'a b' });
    await elapse(50);
    expect(cookieId()).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is the embedded config, at once and without a request', async () => {
    const { text } = await open({ sdkKey: undefined, data: config, visitorId: someoneIn('variation') });
    expect(text()).toBe('variation');
    await elapse(1_000);
    expect(convert.configRequests).toEqual([]);
    expect(convert.deliveries.map(({ url }) => url)).toEqual([
      'https://2002.metrics.convertexperiments.com/v1/track/1001/2002',
    ]);
    expect(localStorage.getItem('cv_config')).toBeNull();
  });

  it('is the visitor whom the application names also where no cookie can be kept; others are not counted there', async () => {
    vi.spyOn(document, 'cookie', 'set').mockImplementation(() => {});
    for (const visitorId of [someoneIn('variation'), null]) {
      await open({ visitorId });
      await elapse(1_000);
      cleanup();
    }
    expect(convert.counted().map(({ visitorId }) => visitorId)).toEqual([someoneIn('variation')]);
  });

  it('is the address of the document, or the one that the router says', async () => {
    const { text, receive } = await open({}, <Plans />);
    await elapse(50);
    expect(text()).toBe('cards');
    await receive({ url: '/pricing?plan=pro#faq' });
    expect(text()).toBe('table');
    await receive({ url: 'http://' });
    expect(text()).toBe('cards');
    cleanup();
    history.replaceState(null, '', '/pricing');
    expect((await open({}, <Plans />)).text()).toBe('table');
  });

  it('is what the application and the browser know about the visitor', async () => {
    vi.spyOn(navigator, 'language', 'get').mockReturnValue('de-AT');
    const { text, receive, app } = await open({ attributes: { plan: 'free' } }, <Offer />);
    await elapse(50);
    expect(text()).toBe('no banner on');
    await receive({ attributes: { plan: 'pro' } });
    expect(text()).toBe('Hello on');
    await receive({ attributes: {} });
    expect(text()).toBe('no banner on');
    app.visitor.setAttributes({ plan: 'pro' });
    await receive({ attributes: { seats: 1 } });
    expect(text()).toBe('Hello on');
  });

  it('the same attributes in a new object change nothing', async () => {
    const { receive } = await open({ attributes: { plan: 'free' } });
    await elapse(1_000);
    for (let n = 0; n < 5; n++) await receive({ attributes: { plan: 'free' } });
    await elapse(1_000);
    expect(mounted).toHaveLength(1);
    expect(convert.counted()).toHaveLength(1);
  });
});

describe('conversions', () => {
  it('count once, are credited with what was shown, also on an earlier page', async () => {
    const visitorId = someoneIn('variation');
    await open({ visitorId });
    await elapse(1_000);
    cleanup();
    const { app } = await open({ visitorId }, null);
    expect([app.track('purchase').status, app.track('purchase').status]).toEqual(['queued', 'deduplicated']);
    expect(app.track('unheard-of').status).toBe('goal_not_found');
    await elapse(1_000);
    expect(convert.counted().at(-1)).toMatchObject({
      visitorId,
      event: { eventType: 'conversion', data: { goalId: '400001', bucketingData: { '100001': expect.any(String) } } },
    });
  });

  it('are not counted with tracking off, nor is what is shown', async () => {
    const { app } = await open({ tracking: 'off' });
    await elapse(50);
    expect(app.track('purchase').status).toBe('tracking_off');
    await leavePage();
    expect(convert.counted()).toEqual([]);
  });
});

const traces = () => [document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter(Boolean);

describe('consent', () => {
  it('pending: the variation is shown, nothing is kept and only the config is asked for', async () => {
    const { text, app } = await open({ consent: 'pending' });
    await elapse(1_000);
    expect(['original', 'variation']).toContain(text());
    expect(app.track('purchase').status).toBe('queued');
    await leavePage();
    await elapse(60_000);
    expect(traces()).toEqual([]);
    expect(convert.deliveries).toEqual([]);
    expect(convert.configRequests).toHaveLength(1);
  });

  it('pending, then granted: the same variation, and what was held is counted for the visitor who is kept', async () => {
    const { text, app } = await open({ consent: 'pending' });
    await elapse(1_000);
    const shown = text();
    app.track('purchase');
    await act(async () => app.setConsent('granted'));
    await elapse(1_000);
    expect(app.consent).toBe('granted');
    expect(text()).toBe(shown);
    expect(convert.counted().map(({ visitorId, event }) => [visitorId, event.eventType])).toEqual([
      [cookieId(), 'bucketing'],
      [cookieId(), 'conversion'],
    ]);
    expect(variationOf(cookieId() ?? '')).toBe(shown);
    expect(Object.keys(localStorage).sort()).toEqual(['cv_config', 'cv_seen']);
    expect(mounted).toEqual([shown]);
  });

  it('is also what the application says later', async () => {
    const { app, receive } = await open({ consent: 'pending' });
    await elapse(1_000);
    await receive({ consent: 'granted' });
    await elapse(1_000);
    expect(app.consent).toBe('granted');
    expect(convert.counted()).toHaveLength(1);
    await receive({ consent: 'denied' });
    await elapse(1_000);
    expect(traces()).toEqual([]);
  });

  it('pending, then granted in another tab: that visitor stays, and what this page shows is not counted', async () => {
    const { app } = await open({ consent: 'pending' });
    await elapse(1_000);
    setCookie('cv_vid=from-the-other-tab; path=/');
    await act(async () => app.setConsent('granted'));
    await elapse(1_000);
    expect(cookieId()).toBe('from-the-other-tab');
    expect(convert.counted()).toEqual([]);
  });

  it('pending, then denied: what was held is forgotten', async () => {
    const { text, app } = await open({ consent: 'pending' });
    await elapse(1_000);
    const shown = text();
    await act(async () => app.setConsent('denied'));
    await elapse(60_000);
    await leavePage();
    expect(text()).toBe(shown);
    expect(traces()).toEqual([]);
    expect(convert.deliveries).toEqual([]);
  });

  it('granted, then denied: everything is erased and nothing is sent any more', async () => {
    const { text, app } = await open();
    await elapse(1_000);
    setCookie('cv_receipt=a.b; path=/');
    const shown = text();
    app.track('purchase');
    await act(async () => app.setConsent('denied'));
    app.track('signup');
    await leavePage();
    await elapse(60_000);
    expect(text()).toBe(shown);
    expect(traces()).toEqual([]);
    expect(convert.counted().map(({ event }) => event.eventType)).toEqual(['bucketing']);
  });

  it('denied in another tab: the visitor is not brought back, and nothing more is counted', async () => {
    const { app } = await open();
    await elapse(1_000);
    setCookie('cv_vid=; path=/; max-age=0');
    expect(app.track('purchase').status).toBe('queued');
    await elapse(1_000);
    expect(cookieId()).toBeUndefined();
    expect(convert.counted()).toHaveLength(1);
  });

  it('denied, then granted: what is on the page counts anew', async () => {
    const { app } = await open();
    await elapse(1_000);
    await act(async () => app.setConsent('denied'));
    await act(async () => app.setConsent('granted'));
    await elapse(1_000);
    expect(convert.counted()).toHaveLength(2);
    expect(cookieId()).toBeDefined();
  });

  it('denied from the start: the original at once, no request, and what was kept is erased', async () => {
    setCookie(`cv_vid=${someoneIn('variation')}; path=/`);
    localStorage.setItem('cv_config', '{}');
    localStorage.setItem('cv_seen', '{}');
    const { text } = await open({ consent: 'denied' });
    expect(text()).toBe('none');
    await elapse(60_000);
    expect(traces()).toEqual([]);
    expect(convert.configRequests).toEqual([]);
    expect(convert.deliveries).toEqual([]);
    expect(warn).not.toHaveBeenCalled();
  });

  const honouring = (settings: object) => ({ ...config, project: { id: '2002', name: 'Test project', settings } });
  it('a privacy signal counts as a denial where the project says so', async () => {
    const signals = { doNotTrack: '1', globalPrivacyControl: true };
    for (const [name, value] of Object.entries(signals)) {
      Object.defineProperty(navigator, name, { value, configurable: true });
    }
    for (const settings of [{ do_not_track: 'EU ONLY' }, { global_privacy_control: 'Worldwide' }]) {
      convert.serve(honouring(settings));
      const { text, app } = await open();
      await elapse(1_000);
      expect(text()).toBe('none');
      expect(app.consent).toBe('denied');
      expect(traces()).toEqual([]);
      cleanup();
    }
    expect(convert.deliveries).toEqual([]);
    convert.serve(honouring({ do_not_track: 'OFF' }));
    await open();
    await elapse(1_000);
    expect(convert.counted()).toHaveLength(1);
    for (const name of Object.keys(signals)) Reflect.deleteProperty(navigator, name);
  });
});

describe('used wrongly', () => {
  for (const [name, props] of Object.entries({
    'without a key, which an environment variable should have held': { sdkKey: undefined },
    'with an empty key': { sdkKey: '' },
    'with a key and a config': { data: config },
    'with an address that is none': { transport: { configUrl: 'convert.example' } },
  })) {
    it(`${name} it says so and shows originals`, async () => {
      const error = vi.spyOn(console, 'error').mockImplementation(() => {});
      // What a plain JavaScript application could write.
      const { text } = await open(props as Props);
      await elapse(1_000);
      expect(text()).toBe('none');
      expect(error.mock.calls[0]?.[0]).toMatchObject({ code: 'options_invalid' });
      expect(convert.configRequests).toEqual([]);
    });
  }
});

function Both(): ReactNode {
  return `${useExperience('hero')?.variationKey} ${useExperience('plans')?.variationKey ?? 'none'}`;
}
function Draft(): ReactNode {
  return useExperience('draft')?.variationKey;
}

describe('a preview', () => {
  const [ofOriginal, ofVariation] = ['100001.10000101', '100001.10000102'];
  const previewAt = (value: string) => history.replaceState(null, '', `/?a=1&convert_preview=${value}`);
  const badge = (
    <>
      <Hero />
      <PreviewBadge />
    </>
  );

  it.each([
    ['original', ofOriginal],
    ['variation', ofVariation],
  ])('shows %s from its link on, on the next page too, and counts nothing', async (variation, pair) => {
    setCookie(`cv_vid=${someoneIn(variation === 'original' ? 'variation' : 'original')}`);
    for (const page of ['of the link', 'after it']) {
      if (page === 'of the link') previewAt(pair);
      else history.replaceState(null, '', '/');
      const { app, text, close } = await open({}, badge);
      await elapse(50);
      expect(text()).toContain(`${variation}Preview: hero = ${variation}`);
      expect(app.track('purchase').status).toBe('preview');
      await elapse(1_000);
      expect(document.cookie).toContain(`cv_preview=${pair}`);
      await close();
    }
    expect(new Set(mounted)).toEqual(new Set([variation]));
    expect(convert.counted()).toEqual([]);
  });

  it('is shown to those who take no part, who see the original of everything else and are not kept', async () => {
    previewAt(ofVariation);
    const { text, app } = await open({ consent: 'denied', url: '/pricing' }, <Both />);
    await elapse(50);
    expect(text()).toBe('variation none');
    expect(app.visitor.visitorId).toBeNull();
    expect(document.cookie).toBe(`cv_preview=${ofVariation}`);
  });

  it.each(['1.2', '100001.1', '<script>', ''])('of %j is ignored', async (value) => {
    setCookie(`cv_vid=${someoneIn('original')}`);
    previewAt(value);
    const { text } = await open({}, badge);
    await elapse(50);
    await elapse(500);
    expect(text()).toBe('original');
    expect(document.cookie).not.toContain('cv_preview');
    expect(convert.counted()).toHaveLength(1);
  });

  it('of a draft asks for it, which is waited for as a config is', async () => {
    previewAt('9.902');
    const { text } = await open({}, <Draft />);
    await elapse(25);
    expect(text()).toBe('…');
    convert.serve(projectConfig({ experiences: { draft: { id: '9' } } }));
    await elapse(50);
    expect(text()).toBe('variation');
    expect(convert.configRequests).toHaveLength(2);
  });
});

it('what has thrown in this browser is left out of the decisions of its next page', async () => {
  setCookie(`cv_vid=${someoneIn('variation')}`);
  setCookie('cv_thrown=100001.10000102');
  const { text } = await open();
  await elapse(1_000);
  expect(text()).toBe('none');
  expect(convert.counted()).toEqual([]);
});
