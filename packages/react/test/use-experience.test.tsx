// @vitest-environment jsdom
import { ConvertError, type Payload } from '@convert-fullstack/core/bridge';
import { act, cleanup, render, renderHook } from '@testing-library/react';
import { Component, type ReactNode, StrictMode, Suspense } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ConvertProvider,
  Exposure,
  useConsent,
  useExperience,
  useFeature,
  useTrackConversion,
  useVisitor,
} from '../src/index.ts';
import { VisitorField } from '../src/visitor-field.tsx';
import { deferred } from './support/deferred.ts';
import { leavePage, resetPage } from './support/page.ts';
import { banner, hero, payloadOf } from './support/payloads.ts';
import { recordRelay } from './support/relay.ts';

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

function Providers({
  payloads,
  children,
}: {
  payloads: (Payload | Promise<Payload>)[];
  children: ReactNode;
}): ReactNode {
  const [outermost, ...inner] = payloads;
  if (outermost === undefined) return children;
  return (
    <ConvertProvider payload={outermost}>
      <Providers payloads={inner}>{children}</Providers>
    </ConvertProvider>
  );
}

/** From the outermost provider to the innermost. */
const within =
  (...payloads: (Payload | Promise<Payload>)[]) =>
  ({ children }: { children: ReactNode }) => <Providers payloads={payloads}>{children}</Providers>;

function Variation({ of }: { of: string }) {
  return <b>{useExperience(of)?.variationKey ?? 'original'}</b>;
}

function Shop({ children }: { children?: ReactNode }) {
  return (
    <StrictMode>
      <ConvertProvider payload={payloadOf([hero, banner])}>
        <Variation of="home-hero" />
        <Variation of="not-assigned" />
        <Exposure of={banner} />
        {children}
      </ConvertProvider>
    </StrictMode>
  );
}

function Mismatch({ renders }: { renders: number[] }) {
  return <i>{renders.push(0)}</i>;
}

function Counted({ onRender }: { onRender: () => void }) {
  onRender();
  return useExperience('home-hero')?.variationKey;
}

class Boundary extends Component<{ children: ReactNode }> {
  override state = { failed: false };
  static getDerivedStateFromError = () => ({ failed: true });
  override render() {
    return this.state.failed ? 'the page failed' : this.props.children;
  }
}

describe('useExperience', () => {
  it('returns the assignment of the payload, the very object', () => {
    const { result, rerender } = renderHook(() => useExperience('home-hero'), {
      wrapper: within(payloadOf([banner, hero])),
    });
    expect(result.current).toBe(hero);
    rerender();
    expect(result.current).toBe(hero);
  });

  it.each(['nothing-of-that-name', 'constructor', '__proto__', 'toString', ''])('misses as null: %j', (key) => {
    const { result } = renderHook(() => useExperience(key), { wrapper: within(payloadOf([hero])) });
    expect(result.current).toBeNull();
  });

  it('knows a visitor whose id the browser must not know', () => {
    const payload = payloadOf([hero], { visitorId: null, visitorRef: 'ref-of-visitor-1' });
    const { result } = renderHook(() => useExperience('home-hero'), { wrapper: within(payload) });
    expect(result.current).toBe(hero);
  });

  it('is null for a payload without visitor id, whatever else it says', () => {
    const { result } = renderHook(() => useExperience('home-hero'), {
      wrapper: within(payloadOf([hero], { visitorId: null })),
    });
    expect(result.current).toBeNull();
  });

  it('is null for a payload of a version it does not know', () => {
    const future = JSON.parse(JSON.stringify({ ...payloadOf([hero]), version: 2, experiences: 'elsewhere' }));
    const { result } = renderHook(() => useExperience('home-hero'), { wrapper: within(future) });
    expect(result.current).toBeNull();
  });
});

it('a provider that renders again does not render its hooks again', () => {
  const payload = payloadOf([hero]);
  const onRender = vi.fn();
  const page = <Counted onRender={onRender} />;
  const { rerender } = render(<ConvertProvider payload={payload}>{page}</ConvertProvider>);
  rerender(<ConvertProvider payload={payload}>{page}</ConvertProvider>);
  expect(onRender).toHaveBeenCalledTimes(1);
});

describe('a missing provider', () => {
  it.each<[string, () => unknown]>([
    ['useExperience("hero")', () => useExperience('hero')],
    ['useFeature("banner")', () => useFeature('banner')],
    ['useTrackConversion()', () => useTrackConversion()],
    ['useConsent()', () => useConsent()],
    ['useVisitor()', () => useVisitor()],
  ])('is a mistake that names the hook: %s', (name, useHook) => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const attempt = () => renderHook(useHook);
    expect(attempt).toThrow(ConvertError);
    expect(attempt).toThrow(`${name} needs a <ConvertProvider> above. (see docs/errors/provider_missing.md)`);
  });

  it.each([
    ['<Exposure>', <Exposure key="exposure" of={null} />],
    ['<VisitorField>', <VisitorField key="field" />],
  ])('is a mistake that names the component: %s', (name, element) => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => render(element)).toThrow(`${name} needs a <ConvertProvider> above.`);
  });
});

describe('nested providers', () => {
  it('the inner payload answers first, then the outer ones', () => {
    const layoutHero = { ...hero, variationKey: 'layout', variationId: '199' };
    const wrapper = within(payloadOf([banner]), payloadOf([layoutHero]), payloadOf([hero]));
    expect(renderHook(() => useExperience('home-hero'), { wrapper }).result.current).toBe(hero);
    expect(renderHook(() => useExperience('banner-test'), { wrapper }).result.current).toBe(banner);
    expect(renderHook(() => useExperience('missing'), { wrapper }).result.current).toBeNull();
  });

  it('share one memory and one delivery, at the endpoint of the outermost', async () => {
    render(
      <ConvertProvider payload={payloadOf([hero])} endpoint="/shop/convert">
        <Variation of="home-hero" />
        <ConvertProvider payload={payloadOf([hero, banner])} endpoint="/elsewhere">
          <Variation of="home-hero" />
          <Variation of="banner-test" />
        </ConvertProvider>
      </ConvertProvider>,
    );
    await leavePage();
    expect(relay.requests.map(({ url }) => url)).toEqual(['/shop/convert/events']);
    expect(relay.exposures().map(({ experienceId }) => experienceId)).toEqual(['100', '200']);
  });

  it('an inner payload without visitor id is the last word', async () => {
    render(<Variation of="home-hero" />, {
      wrapper: within(payloadOf([hero]), payloadOf([], { visitorId: null })),
    });
    expect(document.body.textContent).toBe('original');
    await leavePage();
    expect(relay.exposures()).toEqual([]);
  });

  it('an outer promise is only waited for when the inner payload does not know', async () => {
    const slow = new Promise<Payload>(() => {});
    const { container } = render(
      <Suspense fallback="waiting">
        <Variation of="home-hero" />
      </Suspense>,
      { wrapper: within(slow, payloadOf([hero])) },
    );
    expect(container.textContent).toBe('b');
  });
});

describe('a payload that is a promise', () => {
  it('suspends the hooks, then shows and counts the variation', async () => {
    const { promise, resolve } = deferred<Payload>();
    const { container } = await act(async () =>
      render(
        <Suspense fallback="waiting">
          <Variation of="home-hero" />
        </Suspense>,
        { wrapper: within(promise) },
      ),
    );
    expect(container.textContent).toBe('waiting');
    await leavePage();
    expect(relay.exposures()).toEqual([]);
    await act(async () => resolve(payloadOf([hero])));
    expect(container.textContent).toBe('b');
    await leavePage();
    expect(relay.exposures()).toHaveLength(1);
  });

  it('does not suspend the provider and what needs no decision', async () => {
    const { container } = await act(async () =>
      render(<p>shell</p>, { wrapper: within(new Promise<Payload>(() => {})) }),
    );
    expect(container.textContent).toBe('shell');
  });

  it.each([
    ['settled before', () => Promise.reject<Payload>(new Error('no config'))],
    ['settled later', () => new Promise<Payload>((_, reject) => setTimeout(reject, 5, new Error('no config')))],
  ])('shows originals and logs the reason when it fails: %s', async (_, start) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const payload = start();
    const { container } = await act(async () => {
      const rendered = render(
        <Boundary>
          <Suspense fallback="waiting">
            <Variation of="home-hero" />
          </Suspense>
        </Boundary>,
        { wrapper: within(payload) },
      );
      await payload.catch(() => {});
      return rendered;
    });
    expect(container.textContent).toBe('original');
    expect(logged).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'no config' }));
  });

  it.each([null, undefined, {}, 'error', []])('shows originals when it brings something else: %j', async (value) => {
    const payload: Promise<never> = Promise.resolve(value as never);
    const { container } = await act(async () => render(<Variation of="home-hero" />, { wrapper: within(payload) }));
    expect(container.textContent).toBe('original');
  });
});

describe('hydration', () => {
  async function hydrate(page: ReactNode) {
    const container = document.createElement('div');
    container.innerHTML = renderToString(page);
    const html = container.innerHTML;
    document.body.append(container);
    const errors: unknown[] = [];
    const logged = vi.spyOn(console, 'error').mockImplementation((error) => void errors.push(error));
    const shown: string[] = [];
    const observer = new MutationObserver(() => shown.push(container.innerHTML));
    observer.observe(container, { subtree: true, childList: true, characterData: true, attributes: true });
    const root = await act(async () =>
      hydrateRoot(container, page, { onRecoverableError: (error) => errors.push(error) }),
    );
    observer.disconnect();
    await act(async () => root.unmount());
    logged.mockRestore();
    container.remove();
    return { html, errors, shown };
  }

  it('finds the HTML of the server, changes nothing in it and counts once', async () => {
    const { html, errors, shown } = await hydrate(<Shop />);
    expect(html).toBe('<b>b</b><b>original</b>');
    expect(errors).toEqual([]);
    expect(shown).toEqual([]);
    expect(relay.exposures().map(({ experienceId }) => experienceId)).toEqual(['100', '200']);
  });

  it('control: a component that differs between server and browser would have been seen', async () => {
    const { errors } = await hydrate(
      <Shop>
        <Mismatch renders={[]} />
      </Shop>,
    );
    expect(errors).not.toEqual([]);
  });

  it('the variation that the visitor saw before does not change the first render', async () => {
    localStorage.setItem('cv_seen', JSON.stringify({ visitorId: 'visitor-1', shown: { '100': '101' }, reached: {} }));
    const { html, errors } = await hydrate(<Shop />);
    expect(html).toContain('<b>b</b>');
    expect(errors).toEqual([]);
  });
});
