import type { Assignment, Payload } from '@convert-fullstack/core/bridge';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { type ReactNode, StrictMode, Suspense, useEffect, useLayoutEffect, useState } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Experience as ExperienceOnServer } from '../src/component/index.server.ts';
import { Experience, type ExperienceProps, Variation } from '../src/component/index.ts';
import { ConvertProvider } from '../src/index.ts';
import { readPromise } from '../src/read-promise.ts';
import { deferred } from './support/deferred.ts';
import { resetPage, setCookie } from './support/page.ts';
import { hero, payloadOf } from './support/payloads.ts';
import { recordRelay } from './support/relay.ts';

let relay: ReturnType<typeof recordRelay>;
let logged: unknown[];

beforeEach(() => {
  vi.useFakeTimers();
  relay = recordRelay();
  logged = [];
  // React reports what a boundary catches.
  vi.spyOn(console, 'error').mockImplementation((...what) => void logged.push(what));
});

afterEach(async () => {
  cleanup();
  await resetPage();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const delivered = () => vi.advanceTimersByTimeAsync(1_000);
const errors = () => relay.events().filter(({ type }) => type === 'error');
const ERROR = { type: 'error', experienceId: '100', variationId: '102' };
const EXPOSURE = { type: 'exposure', experienceId: '100', variationId: '102' };
const original: Assignment = { ...hero, variationKey: 'original', variationId: '101' };

interface TreeOptions extends Partial<ExperienceProps> {
  readonly payload?: Payload;
  readonly b?: ReactNode;
  readonly a?: ReactNode;
}

function tree({ payload = payloadOf([hero]), a = 'A', b = 'B', ...props }: TreeOptions = {}): ReactNode {
  return (
    <ConvertProvider payload={payload}>
      <Experience of="home-hero" {...props}>
        <Variation name="original">{a}</Variation>
        <Variation name="b">{b}</Variation>
      </Experience>
    </ConvertProvider>
  );
}

function show(options?: TreeOptions) {
  const { container, ...view } = render(tree(options));
  return { ...view, text: () => container.textContent, again: (next?: TreeOptions) => view.rerender(tree(next)) };
}

function Throws({ error = new Error('broken') }: { error?: unknown }): never {
  throw error;
}

function ThrowsInEffect() {
  useEffect(() => {
    throw new Error('broken');
  }, []);
  return 'B';
}

function ThrowsInLayoutEffect() {
  useLayoutEffect(() => {
    throw new Error('broken');
  }, []);
  return 'B';
}

function ThrowsOnClick() {
  const [isClicked, setClicked] = useState(false);
  if (isClicked) throw new Error('broken');
  return <button type="button" onClick={() => setClicked(true)} />;
}

function Late({ text }: { text: Promise<string> }) {
  return readPromise(text);
}

function Count() {
  const [count, setCount] = useState(0);
  return (
    <button type="button" onClick={() => setCount(count + 1)}>
      {count}
    </button>
  );
}

const click = () => fireEvent.click(screen.getByRole('button'));

describe('<Experience>', () => {
  it('shows the variation of the visitor and counts it once', async () => {
    const { text, unmount } = show();
    expect(text()).toBe('B');
    await delivered();
    unmount();
    show();
    await delivered();
    expect(relay.events()).toEqual([EXPOSURE]);
  });

  it.each([
    ['who is in no variation', { payload: payloadOf([]) }],
    ['whose variation is not written', { payload: payloadOf([{ ...hero, variationKey: 'c' }]) }],
    ['whose variation has no key', { payload: payloadOf([{ ...hero, variationKey: null }]) }],
    ['without an assignment', { of: null }],
  ])('shows the first variation to a visitor %s, and counts nothing', async (_who, options) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(show(options).text()).toBe('A');
    await delivered();
    expect(relay.events()).toEqual([]);
  });

  it('says which variation is not written', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    show({ payload: payloadOf([{ ...hero, variationKey: 'c' }]) });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('"home-hero" has no <Variation name="c">'));
    warn.mockClear();
    show({ payload: payloadOf([]) });
    expect(warn).not.toHaveBeenCalled();
  });

  it('takes an assignment in place of a key', async () => {
    expect(show({ payload: payloadOf([]), of: hero }).text()).toBe('B');
    await delivered();
    expect(relay.events()).toEqual([EXPOSURE]);
  });

  it('puts the variation into the HTML, and throws where the server renders only what the server throws', () => {
    expect(renderToString(tree())).toBe('B');
    expect(() => renderToString(tree({ b: <Throws /> }))).toThrow('broken');
  });

  it('counts nothing while the variation suspends', async () => {
    const later = deferred<string>();
    const { container } = await act(async () =>
      render(<Suspense fallback="waiting">{tree({ b: <Late text={later.promise} /> })}</Suspense>),
    );
    await delivered();
    expect([container.textContent, relay.events()]).toEqual(['waiting', []]);
    await act(async () => later.resolve('B at last'));
    await delivered();
    expect([container.textContent, relay.events()]).toEqual(['B at last', [EXPOSURE]]);
  });

  it('shows another variation when the assignment changes', async () => {
    const { text, again } = show({ payload: payloadOf([original]) });
    again({ payload: payloadOf([hero]) });
    await delivered();
    expect(text()).toBe('B');
    expect(relay.exposures().map(({ variationId }) => variationId)).toEqual(['101', '102']);
  });
});

describe('a variation that throws', () => {
  it.each([
    ['while it renders', <Throws key="" />],
    ['a value that is no error', <Throws key="" error={null} />],
    ['in a layout effect', <ThrowsInLayoutEffect key="" />],
    ['in an effect', <ThrowsInEffect key="" />],
  ])('%s shows the original, counts an error and no exposure', async (_how, b) => {
    const onError = vi.fn();
    const { text } = show({ b, onError });
    expect(text()).toBe('A');
    await delivered();
    expect(relay.events()).toEqual([ERROR]);
    expect(onError).toHaveBeenCalledOnce();
    expect(onError.mock.calls[0]?.[1]).toMatchObject({ experienceKey: 'home-hero', variationKey: 'b' });
    expect(logged).not.toEqual([]);
  });

  it('once it was seen, counts no further exposure', async () => {
    const { text, unmount } = show({ b: <ThrowsOnClick /> });
    await delivered();
    click();
    expect(text()).toBe('A');
    await delivered();
    unmount();
    localStorage.clear();
    show();
    await delivered();
    expect(relay.events()).toEqual([EXPOSURE, ERROR]);
  });

  it('before it has been in view long enough, is never counted', async () => {
    vi.stubGlobal(
      'IntersectionObserver',
      class {
        observe() {}
        disconnect() {}
      },
    );
    show({ b: <ThrowsOnClick />, exposure: 'visible' });
    click();
    await delivered();
    expect(relay.events()).toEqual([ERROR]);
  });

  it('is not tried again when it is mounted again, nor by another component', async () => {
    const { unmount } = show({ b: <Throws /> });
    await delivered();
    unmount();
    const onError = vi.fn();
    expect(show({ b: <Throws />, onError }).text()).toBe('A');
    expect(show({ of: hero }).text()).toBe('A');
    await delivered();
    expect(onError).not.toHaveBeenCalled();
    expect(relay.events()).toEqual([ERROR]);
    expect(document.cookie).toContain('cv_thrown=100.102');
  });

  it('leaves the state of the original alone when the page renders again', () => {
    const options = { a: <Count />, b: <Throws /> };
    const { text, again } = show(options);
    click();
    again(options);
    expect(text()).toBe('1');
  });

  it('is replaced after hydration where the server did not know', async () => {
    setCookie('cv_thrown=100.102');
    const container = document.createElement('div');
    container.innerHTML = renderToString(tree());
    expect(container.textContent).toBe('B');
    render(tree(), { container, hydrate: true });
    expect(container.textContent).toBe('A');
    expect(logged).toEqual([]);
    await delivered();
    expect(relay.events()).toEqual([]);
  });

  it('is remembered beside others', () => {
    setCookie('cv_thrown=7.8_<x>');
    show({ b: <Throws /> });
    expect(document.cookie).toBe('cv_thrown=100.102_7.8_');
  });

  it('works in StrictMode', async () => {
    const { container } = render(<StrictMode>{tree({ b: <ThrowsInEffect /> })}</StrictMode>);
    expect(container.textContent).toBe('A');
    await delivered();
    expect(errors()).toHaveLength(1);
    expect(relay.exposures()).toEqual([]);
  });

  it.each([
    ['while consent is pending', payloadOf([hero], { consent: 'pending' })],
    ['in a preview', payloadOf([hero], { preview: true })],
  ])('%s shows the original, and nothing is kept or sent', async (_when, payload) => {
    const { text } = show({ payload, b: <Throws /> });
    expect(text()).toBe('A');
    await delivered();
    expect([document.cookie, relay.events()]).toEqual(['', []]);
  });

  it('and is the original itself, goes on to the next boundary, counted as an error', async () => {
    expect(() => show({ payload: payloadOf([original]), a: <Throws /> })).toThrow('broken');
    await delivered();
    expect(errors()).toEqual([{ ...ERROR, variationId: '101' }]);
    expect(document.cookie).toBe('');
  });
});

describe('<Experience> in a Server Component', () => {
  const onServer = (of: Assignment | null) => (
    <ExperienceOnServer of={of}>
      <Variation name="original">A</Variation>
      <Variation name="b">B</Variation>
    </ExperienceOnServer>
  );

  it.each([
    [hero, 'B', 'A'],
    [original, 'A', 'B'],
    [null, 'A', 'B'],
  ])('hands on one branch (%#)', (of, chosen, other) => {
    // What React would serialize: the result of the function, not the children it was given.
    const { props } = onServer(of);
    const handedOn = JSON.stringify(ExperienceOnServer(props));
    expect(handedOn).toContain(`"${chosen}"`);
    expect(handedOn).not.toContain(`"${other}"`);
    expect(JSON.stringify(props)).toContain(`"${other}"`);
  });

  it('hands on no features, which the browser does not need', () => {
    const rich = { ...hero, features: [{ featureKey: 'secret', featureId: '1', variables: {} }] };
    expect(JSON.stringify(ExperienceOnServer(onServer(rich).props))).not.toContain('secret');
  });

  it('of a key hands on all branches, for the browser to choose', () => {
    const view = (
      <ExperienceOnServer of="home-hero">
        <Variation name="original">A</Variation>
        <Variation name="b">B</Variation>
      </ExperienceOnServer>
    );
    const { container } = render(<ConvertProvider payload={payloadOf([hero])}>{view}</ConvertProvider>);
    expect(container.textContent).toBe('B');
  });
});
