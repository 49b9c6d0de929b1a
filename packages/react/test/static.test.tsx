// @vitest-environment jsdom
import type { Consent, Payload, StaticPayload } from '@convert-fullstack/core/bridge';
import { act, cleanup, render, screen } from '@testing-library/react';
import { lazy, type ReactNode, StrictMode, Suspense } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { ErrorBoundary } from '../src/component/error-boundary.tsx';
import { Experience as ExperienceOnServer } from '../src/component/index.server.ts';
import { Experience, Variation } from '../src/component/index.ts';
import {
  type CurrentVisitor,
  type SetConsent,
  type TrackConversion,
  useConsent,
  useExperience,
  useTrackConversion,
  useVisitor,
} from '../src/index.ts';
import { PreviewBadge } from '../src/preview-badge.tsx';
import { ConvertStaticProvider } from '../src/static.ts';
import { VisitorField } from '../src/visitor-field.tsx';
import { deferred } from './support/deferred.ts';
import { resetPage, setCookie } from './support/page.ts';
import { hero, payloadOf } from './support/payloads.ts';
import { recordRelay } from './support/relay.ts';
import { recordTiming } from './support/timing.ts';

const CODE = '100_102';
const page: StaticPayload = { ...payloadOf([hero], { visitorId: null }), variants: CODE };
const original: StaticPayload = { ...payloadOf([], { visitorId: null }), variants: 'original' };
const HERO_EXPOSURE = { type: 'exposure', experienceId: '100', variationId: '102' };
const REF = 'abcdefghijklmnop';

let relay: ReturnType<typeof recordRelay>;
let timing: ReturnType<typeof recordTiming>;
let consoleError: MockInstance<typeof console.error>;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  consoleError = vi.spyOn(console, 'error').mockImplementation(() => {});
  relay = recordRelay();
  timing = recordTiming();
});

afterEach(async () => {
  cleanup();
  expect(timing.observers.size).toBe(0);
  vi.restoreAllMocks();
  await resetPage();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const elapse = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

interface App extends CurrentVisitor {
  shown: string;
  consent: Consent;
  setConsent: SetConsent;
  track: TrackConversion;
}

const seen: App[] = [];
const app = () => seen.at(-1) as App;
beforeEach(() => void seen.splice(0));

function Page() {
  const shown = useExperience('home-hero')?.variationKey ?? 'original';
  const [consent, setConsent] = useConsent();
  seen.push({ shown, consent, setConsent, track: useTrackConversion(), ...useVisitor() });
  return (
    <main>
      {shown}
      <VisitorField />
    </main>
  );
}

const Hero = (): ReactNode => <p>{useExperience('home-hero')?.variationKey ?? 'original'}</p>;

const Name = (): ReactNode => <p>{useVisitor().visitorId ?? 'nobody'}</p>;

const tree = (payload: StaticPayload = page) => (
  <ConvertStaticProvider payload={payload}>
    <Page />
  </ConvertStaticProvider>
);

const HTML = '<main>b</main>';

/** In a document that a server has sent, with what a person saw of it from then on. */
async function hydrate(html: string, element: ReactNode) {
  const container = document.body.appendChild(document.createElement('div'));
  container.innerHTML = html;
  const shown = [html];
  const observer = new MutationObserver(() => shown.push(container.innerHTML));
  observer.observe(container, { subtree: true, childList: true, characterData: true });
  const root = await act(async () =>
    hydrateRoot(container, element, { onRecoverableError: (error) => console.error(error) }),
  );
  return {
    shown,
    async close() {
      observer.disconnect();
      await act(async () => root.unmount());
      container.remove();
    },
  };
}

/** The relay decides like this for whoever asks. */
function decideInRelay(payload: Payload | string): void {
  const post = globalThis.fetch;
  vi.stubGlobal('fetch', (url: string, init: RequestInit) =>
    init.method === 'POST' ? post(url, init) : Promise.resolve(new Response(JSON.stringify(payload))),
  );
}

describe('<ConvertStaticProvider>', () => {
  it('shows the page’s variation on the server, and lets nobody be seen or asked', () => {
    expect(renderToString(tree())).toBe(HTML);
    expect(app()).toMatchObject({ visitorId: null, consent: 'denied' });
  });

  it('hydrates that HTML as it is, knows its visitor then, and reports one exposure without asking', async () => {
    setCookie('cv_vid=visitor-1');
    await timing.chosenFor(CODE, { visitorId: 'visitor-1' });
    const { close } = await hydrate(HTML, <StrictMode>{tree()}</StrictMode>);
    await elapse(2_000);
    expect(consoleError).not.toHaveBeenCalled();
    expect(seen.map(({ shown }) => shown)).not.toContain('original');
    expect(app()).toMatchObject({ visitorId: 'visitor-1', consent: 'granted' });
    expect(relay.batches()).toMatchObject([{ visitor: 'visitor-1', events: [HERO_EXPOSURE] }]);
    await close();
  });

  it('leaves the HTML of a component alone whose code arrives late, and reports its exposure then', async () => {
    setCookie('cv_vid=visitor-1');
    await timing.chosenFor(CODE, { visitorId: 'visitor-1' });
    const code = deferred<{ default: typeof Hero }>();
    const Late = lazy(() => code.promise);
    const html = '<!--$--><p>b</p><!--/$-->';
    const { shown, close } = await hydrate(
      html,
      <ConvertStaticProvider payload={page}>
        <Suspense fallback="waiting">
          <Late />
        </Suspense>
      </ConvertStaticProvider>,
    );
    await elapse(2_000);
    expect(relay.requests).toEqual([]);
    await act(async () => code.resolve({ default: Hero }));
    await elapse(2_000);
    expect(relay.exposures()).toEqual([HERO_EXPOSURE]);
    expect(new Set(shown)).toEqual(new Set([html]));
    expect(consoleError).not.toHaveBeenCalled();
    await close();
  });

  it('names the visitor in a <Suspense> only after its HTML, which names nobody, is hydrated', async () => {
    setCookie('cv_vid=visitor-1');
    await timing.chosenFor(CODE, { visitorId: 'visitor-1' });
    const { shown, close } = await hydrate(
      '<!--$--><p>nobody</p><!--/$-->',
      <ConvertStaticProvider payload={page}>
        <Suspense fallback="waiting">
          <Name />
        </Suspense>
      </ConvertStaticProvider>,
    );
    await elapse(2_000);
    expect(shown.map((html) => html.replace(/<.*?>/g, ''))).toEqual(['nobody', 'visitor-1']);
    expect(consoleError).not.toHaveBeenCalled();
    await close();
  });

  it('waits for the answer of a soft navigation that has not ended', async () => {
    setCookie('cv_vid=visitor-1');
    await timing.chosenFor('another', { visitorId: 'visitor-1' });
    render(tree());
    await elapse(500);
    expect(relay.requests).toEqual([]);
    await timing.chosenFor(CODE, { visitorId: 'visitor-1' });
    await elapse(2_000);
    expect(relay.exposures()).toEqual([HERO_EXPOSURE]);
  });

  it('goes by the latest answer with this page', async () => {
    await timing.chosenFor(CODE, { visitorId: 'visitor-1', consent: 'pending' });
    await timing.chosenFor(CODE, { visitorId: 'visitor-2', consent: 'pending' });
    render(tree());
    expect(app().visitorId).toBe('visitor-2');
  });

  it('keeps its visitor when the page is rendered anew', async () => {
    await timing.chosenFor(CODE, { visitorId: 'visitor-1', consent: 'pending' });
    const { rerender } = render(tree());
    seen.splice(0);
    rerender(tree({ ...page }));
    expect(new Set(seen.map(({ visitorId }) => visitorId))).toEqual(new Set(['visitor-1']));
  });

  it('forgets its visitor with the variations', async () => {
    await timing.chosenFor(CODE, { visitorId: 'visitor-1', consent: 'pending' });
    const { rerender } = render(tree());
    rerender(tree(original));
    expect(app()).toMatchObject({ visitorId: null, shown: 'original' });
  });

  it('leaves alone what the visitor’s other pages have left, until it knows who that is', async () => {
    const stored = '[{"id":"leftByAnother","visitor":"visitor-1","events":[{}]}]';
    localStorage.setItem('cv_queue', stored);
    setCookie('cv_vid=visitor-1');
    render(tree());
    await elapse(3_000);
    expect(localStorage.getItem('cv_queue')).toBe(stored);
    await timing.chosenFor(CODE, { visitorId: 'visitor-1' });
    await elapse(3_000);
    expect(relay.batches()).toContainEqual(expect.objectContaining({ id: 'leftByAnother' }));
  });

  it('does not count with tracking off', async () => {
    setCookie('cv_vid=visitor-1');
    await timing.chosenFor(CODE, { visitorId: 'visitor-1' });
    render(
      <ConvertStaticProvider payload={page} tracking="off">
        <Page />
      </ConvertStaticProvider>,
    );
    await elapse(2_000);
    expect(relay.requests).toEqual([]);
  });
});

describe('consent', () => {
  it('that is pending has nothing kept or sent; granted, the page’s own visitor counts', async () => {
    await timing.chosenFor(CODE, { visitorId: 'visitor-1', consent: 'pending' });
    render(tree());
    expect(app()).toMatchObject({ visitorId: 'visitor-1', consent: 'pending' });
    act(() => void app().track('signup'));
    await elapse(5_000);
    expect(relay.requests).toEqual([]);
    expect(localStorage.length).toBe(0);
    await act(async () => app().setConsent('granted'));
    await elapse(5_000);
    expect(relay.consents()).toEqual([{ consent: 'granted', visitorId: 'visitor-1' }]);
    expect(relay.events()).toMatchObject([HERO_EXPOSURE, { type: 'conversion', goalKey: 'signup' }]);
    expect(app().shown).toBe('b');
  });

  it('given meanwhile shows by the cookie, although the answer is an old one', async () => {
    setCookie('cv_vid=visitor-1');
    await timing.chosenFor(CODE, { visitorId: 'visitor-1', consent: 'pending' });
    render(tree());
    await elapse(500);
    expect(app().consent).toBe('granted');
    expect(relay.exposures()).toEqual([HERO_EXPOSURE]);
  });

  it('taken back meanwhile shows by the cookie, too: nothing is kept or counted', async () => {
    decideInRelay(payloadOf([], { visitorId: null, consent: 'denied' }));
    await timing.chosenFor(CODE, { visitorId: 'visitor-1' });
    render(tree());
    expect(app().track('signup')).toMatchObject({ status: 'tracking_off' });
    await elapse(5_000);
    expect(app()).toMatchObject({ consent: 'denied', shown: 'b' });
    expect([relay.requests.length, localStorage.length]).toEqual([0, 0]);
  });

  it('denied is known without a request', async () => {
    await timing.chosenFor('original', { visitorId: null, consent: 'denied' });
    render(tree(original));
    await elapse(5_000);
    expect(app().consent).toBe('denied');
    expect(relay.requests).toEqual([]);
  });

  it('counts with an HttpOnly cookie, under what stands for its id', async () => {
    await timing.chosenFor(CODE, { visitorId: null, visitorRef: REF });
    render(tree());
    await elapse(500);
    expect(app().visitorId).toBeNull();
    expect(relay.batches()).toMatchObject([{ visitor: REF, events: [HERO_EXPOSURE] }]);
  });
});

describe('a browser that does not tell', () => {
  it('asks the relay, once, a second later', async () => {
    setCookie('cv_vid=visitor-1');
    decideInRelay(payloadOf([hero]));
    await timing.add({ name: location.href });
    render(tree());
    await elapse(900);
    expect(relay.requests).toEqual([]);
    await elapse(100);
    await elapse(100);
    expect(relay.batches()).toMatchObject([{ visitor: 'visitor-1', events: [HERO_EXPOSURE] }]);
  });

  it.each<[string, Payload | string]>([
    ['decides otherwise', payloadOf([{ ...hero, variationId: '101' }])],
    ['decides nothing', payloadOf([])],
    ['has another version', { ...payloadOf([hero]), version: 2 } as unknown as Payload],
    ['has no payload', { error: 'config_unavailable' } as unknown as Payload],
    ['has no object', 'null'],
  ])('counts nothing when the relay %s', async (_case, answer) => {
    decideInRelay(answer);
    render(tree());
    await elapse(10_000);
    expect(app()).toMatchObject({ shown: 'b', visitorId: null });
    expect(relay.requests).toEqual([]);
  });

  it('counts nothing when the relay is away, or the page is left before it answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
    const { unmount } = render(tree());
    await elapse(10_000);
    expect(app().shown).toBe('b');
    unmount();
  });
});

describe('metrics that nobody has to believe', () => {
  it.each([
    'nonsense',
    '',
    `${CODE} granted <script> - -`,
    'original granted visitor-1 - -',
    `${CODE} granted visitor-2 - -`,
  ])('%j is nobody', async (description) => {
    setCookie('cv_vid=visitor-1');
    decideInRelay('null');
    await timing.answered(description);
    render(tree());
    await elapse(5_000);
    expect(app()).toMatchObject({ shown: 'b', visitorId: null });
    expect(relay.requests).toEqual([]);
  });

  it.each(['https://other.example/pixel.gif', 'http://[', ''])('of another site are not read: %j', async (name) => {
    decideInRelay('null');
    const serverTiming = [{ name: 'convert', description: `${CODE} pending visitor-2 - -` }];
    await timing.add({ name: location.href });
    await timing.add({ name: name === '' ? 'data:,x' : name, serverTiming });
    render(tree());
    await elapse(5_000);
    expect(app().visitorId).toBeNull();
  });

  it('beside ours do not matter', async () => {
    await timing.answered('nonsense', `${CODE} pending visitor-1 - -`);
    render(tree());
    expect(app().visitorId).toBe('visitor-1');
  });
});

describe('a preview on a static page', () => {
  const previewed = [
    { experienceId: '100', variationId: '102' },
    { experienceId: '7', variationId: '8' },
  ];

  it.each([
    ['visitors', { visitorId: 'visitor-1' }],
    ['those who denied', { visitorId: null, visitorRef: 'preview', consent: 'denied' }],
  ] as const)('is named to %s when it is known who is looking, and nothing is counted', async (_who, visitor) => {
    render(
      <ConvertStaticProvider payload={page}>
        <Page />
        <PreviewBadge />
      </ConvertStaticProvider>,
    );
    setCookie('cv_vid=visitor-1');
    expect(screen.queryByRole('complementary')).toBeNull();
    await timing.chosenFor(CODE, { ...visitor, previewed });
    expect(screen.getByRole('complementary').textContent).toContain('home-hero = b, 7 = 8');
    expect(app().track('purchase').status).toBe('preview');
    await elapse(2_000);
    expect(seen.map(({ shown }) => shown)).not.toContain('original');
    expect(relay.events()).toEqual([]);
  });
});

function Throws(): never {
  throw new Error('broken');
}

describe('a variation of a static page that throws before it is known who is looking', () => {
  const ERROR = { ...HERO_EXPOSURE, type: 'error' };
  const variations = [
    <Variation key="a" name="original">
      A
    </Variation>,
    <Variation key="b" name="b">
      <Throws />
    </Variation>,
  ];
  const show = (experience: ReactNode) =>
    render(<ConvertStaticProvider payload={page}>{experience}</ConvertStaticProvider>).container;

  it('shows the original, and counts the error and no exposure once that is known', async () => {
    const container = show(<Experience of="home-hero">{variations}</Experience>);
    expect(container.textContent).toBe('A');
    await elapse(500);
    expect([relay.events(), document.cookie]).toEqual([[], '']);
    setCookie('cv_vid=visitor-1');
    await timing.chosenFor(CODE, { visitorId: 'visitor-1' });
    await elapse(2_000);
    expect(relay.events()).toEqual([ERROR]);
    expect(document.cookie).toContain('cv_thrown=100.102');
    expect(container.textContent).toBe('A');
  });

  it('has the server asked for the original of a Server Component', async () => {
    const container = show(ExperienceOnServer({ of: hero, children: variations }));
    expect(container.textContent).toBe('');
    setCookie('cv_vid=visitor-1');
    await timing.chosenFor(CODE, { visitorId: 'visitor-1' });
    await elapse(2_000);
    expect(relay.events()).toEqual([ERROR]);
    expect(document.cookie).toContain('cv_thrown=100.102');
  });

  it('goes on to the next boundary when nothing may be kept, so that there is no original to ask for', async () => {
    const container = show(
      <ErrorBoundary fallback="sorry" isBroken={false} onThrow={() => true}>
        {ExperienceOnServer({ of: hero, children: variations })}
      </ErrorBoundary>,
    );
    await timing.chosenFor(CODE, { visitorId: 'visitor-1', consent: 'pending' });
    expect(container.textContent).toBe('sorry');
    expect([relay.events(), document.cookie]).toEqual([[], '']);
  });
});
