// @vitest-environment node
import type { ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, it, vi } from 'vitest';
import { ConvertClientProvider } from '../src/client.ts';
import { useExperience } from '../src/index.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const Hero = (): ReactNode => <p>{useExperience('hero')?.variationKey ?? 'original'}</p>;

it('renders the placeholder, and nothing without one, and has React complain of nothing', () => {
  const complain = vi.spyOn(console, 'error');
  const page = (placeholder?: ReactNode) => (
    <ConvertClientProvider sdkKey="1001/2002" placeholder={placeholder}>
      <Hero />
    </ConvertClientProvider>
  );
  expect(renderToString(page(<i>soon</i>))).toBe('<i>soon</i>');
  expect(renderToString(page())).toBe('');
  expect(complain).not.toHaveBeenCalled();
});

it('touches no browser, no network, no clock and no timer', () => {
  const touched: string[] = [];
  const spy = (name: string) => () => {
    touched.push(name);
    return 0;
  };
  vi.spyOn(Date, 'now').mockImplementation(spy('Date.now'));
  vi.spyOn(Math, 'random').mockImplementation(spy('Math.random'));
  vi.stubGlobal('setTimeout', spy('setTimeout'));
  vi.stubGlobal('fetch', spy('fetch'));
  const names = ['window', 'document', 'localStorage', 'location'];
  for (const name of names) Object.defineProperty(globalThis, name, { configurable: true, get: spy(name) });
  renderToString(
    <ConvertClientProvider sdkKey="1001/2002">
      <Hero />
    </ConvertClientProvider>,
  );
  for (const name of names) Reflect.deleteProperty(globalThis, name);
  // React's own feature checks read `window`.
  expect(touched.filter((name) => name !== 'window')).toEqual([]);
});
