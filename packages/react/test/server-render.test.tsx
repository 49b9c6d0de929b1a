// @vitest-environment node
import { PassThrough } from 'node:stream';
import type { Payload } from '@convert-fullstack/core/bridge';
import { type ReactNode, Suspense } from 'react';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { afterEach, expect, it, vi } from 'vitest';
import {
  ConvertProvider,
  Exposure,
  useConsent,
  useExperience,
  useFeature,
  useTrackConversion,
  useVisitor,
} from '../src/index.ts';
import { ConvertStaticProvider } from '../src/static.ts';
import { VisitorField } from '../src/visitor-field.tsx';
import { banner, hero, payloadOf } from './support/payloads.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function Shop() {
  const trackConversion = useTrackConversion();
  const feature = useFeature('banner');
  const [consent] = useConsent();
  const { visitorId } = useVisitor();
  const hint = useExperience('home-hero', { exposure: 'visible' });
  return (
    <main>
      <h1>{useExperience('home-hero')?.variationKey ?? 'original'}</h1>
      <p>{String(feature.variables.headline ?? 'no banner')}</p>
      <button type="button" onClick={() => trackConversion('signup')} />
      <Exposure of={hero} />
      <i ref={hint?.ref}>{`${consent} ${visitorId}`}</i>
      <VisitorField />
    </main>
  );
}

const page = (payload: Payload | Promise<Payload>) => (
  <ConvertProvider payload={payload}>
    <Shop />
  </ConvertProvider>
);
const HTML =
  '<main><h1>b</h1><p>Hello</p><button type="button"></button><i>granted visitor-1</i><input type="hidden" name="cv_vid" value="visitor-1"/></main>';

/** `sent`: what has been sent until now. */
async function stream(
  element: ReactNode,
  sent: (html: string) => void = () => {},
): Promise<{ html: string; errors: unknown[] }> {
  const errors: unknown[] = [];
  const out = new PassThrough().setEncoding('utf8');
  const { pipe } = renderToPipeableStream(element, { onError: (error) => void errors.push(error) });
  pipe(out);
  let html = '';
  for await (const chunk of out) {
    html += chunk;
    sent(html);
  }
  return { html, errors };
}

it('puts the variation into the HTML', () => {
  expect(renderToString(page(payloadOf([hero, banner])))).toBe(HTML);
});

it('puts the variation into the HTML of a static page, and has React complain of nothing', () => {
  const complain = vi.spyOn(console, 'error');
  const payload = { ...payloadOf([hero], { visitorId: null }), variants: '100_102' };
  const html = renderToString(
    <ConvertStaticProvider payload={payload}>
      <Shop />
    </ConvertStaticProvider>,
  );
  expect(html).toContain('<h1>b</h1>');
  expect(complain).not.toHaveBeenCalled();
});

it('is pure: no clock, no randomness, no timers, no network, no browser', () => {
  const touched: string[] = [];
  const spy = (name: string) => () => {
    touched.push(name);
    return 0;
  };
  vi.spyOn(Date, 'now').mockImplementation(spy('Date.now'));
  vi.spyOn(Math, 'random').mockImplementation(spy('Math.random'));
  vi.stubGlobal('setTimeout', spy('setTimeout'));
  vi.stubGlobal('queueMicrotask', spy('queueMicrotask'));
  vi.stubGlobal('fetch', spy('fetch'));
  for (const name of ['window', 'document', 'localStorage']) {
    Object.defineProperty(globalThis, name, { configurable: true, get: spy(name) });
  }
  const html = renderToString(page(payloadOf([hero, banner])));
  for (const name of ['window', 'document', 'localStorage']) Reflect.deleteProperty(globalThis, name);
  expect(html).toBe(HTML);
  // React's own feature checks read `window`; ours would be `document` and `localStorage`.
  expect(touched.filter((name) => name !== 'window')).toEqual([]);
});

it('sends the page around a payload that is not there yet, which follows', async () => {
  let decide = (_payload: Payload) => {};
  const later = new Promise<Payload>((resolve) => {
    decide = resolve;
  });
  const before: string[] = [];
  const { html, errors } = await stream(
    <div>
      <ConvertProvider payload={later}>
        <header>shell</header>
        <Suspense fallback="waiting">
          <Shop />
        </Suspense>
      </ConvertProvider>
    </div>,
    (sent) => {
      before.push(sent);
      decide(payloadOf([hero, banner]));
    },
  );
  expect(before[0]).toContain('<header>shell</header>');
  expect(before[0]).toContain('waiting');
  expect(before[0]).not.toContain('<main>');
  expect(html).toContain(HTML);
  expect(errors).toEqual([]);
});

it('renders originals when the payload fails', async () => {
  const failing = new Promise<Payload>((_, reject) => setTimeout(reject, 5, new Error('no config')));
  const { html, errors } = await stream(page(failing));
  expect(html).toContain('<h1>original</h1>');
  expect(errors).toEqual([]);
});

it('keeps two visitors apart who are rendered at the same time', async () => {
  const visitors = Array.from({ length: 50 }, (_, n) => {
    const assignment = { ...hero, variationKey: `variation-${n}` };
    return new Promise<Payload>((resolve) => setTimeout(resolve, (n * 7) % 11, payloadOf([assignment])));
  });
  const pages = await Promise.all(visitors.map((payload) => stream(page(payload))));
  expect(pages.map(({ html }) => /variation-\d+/.exec(html)?.[0])).toEqual(visitors.map((_, n) => `variation-${n}`));
});
