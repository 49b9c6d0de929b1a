// @vitest-environment jsdom
import type { Payload } from '@convert-fullstack/core/bridge';
import { cleanup, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConvertProvider, useFeature } from '../src/index.ts';
import { leavePage, resetPage } from './support/page.ts';
import { banner, hero, payloadOf, quietBanner } from './support/payloads.ts';
import { recordRelay } from './support/relay.ts';

let relay: ReturnType<typeof recordRelay>;

beforeEach(() => {
  relay = recordRelay();
});

afterEach(async () => {
  cleanup();
  await resetPage();
  vi.unstubAllGlobals();
});

function featureIn(payload: Payload, key = 'banner') {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <ConvertProvider payload={payload}>{children}</ConvertProvider>
  );
  return renderHook(() => useFeature(key), { wrapper });
}

it('tells the variables and where they come from', () => {
  expect(featureIn(payloadOf([hero, banner])).result.current).toEqual({
    enabled: true,
    featureKey: 'banner',
    featureId: '900',
    variables: { headline: 'Hello' },
    experienceKey: 'banner-test',
    variationKey: 'loud',
  });
});

it('the first experience in the payload that carries the feature provides it', () => {
  expect(featureIn(payloadOf([quietBanner, banner])).result.current.variables).toEqual({ headline: 'hush' });
  expect(featureIn(payloadOf([banner, quietBanner])).result.current.variables).toEqual({ headline: 'Hello' });
});

it('is the same object on every render', () => {
  const { result, rerender } = featureIn(payloadOf([banner]));
  const first = result.current;
  rerender();
  expect(result.current).toBe(first);
});

it('exposes the experience that carries it, and no other', async () => {
  featureIn(payloadOf([hero, quietBanner, banner]));
  await leavePage();
  expect(relay.exposures()).toEqual([{ type: 'exposure', experienceId: '300', variationId: '302' }]);
});

it.each(['missing', 'constructor', '__proto__'])(
  'is disabled, empty and silent when no variation carries it: %s',
  async (key) => {
    const { result, rerender } = featureIn(payloadOf([hero, banner]), key);
    const first = result.current;
    expect(first).toEqual({ enabled: false, variables: {} });
    rerender();
    expect(result.current).toBe(first);
    await leavePage();
    expect(relay.exposures()).toEqual([]);
  },
);

it('is disabled for a payload without visitor id', () => {
  const payload = payloadOf([banner], { visitorId: null });
  expect(featureIn(payload).result.current).toEqual({ enabled: false, variables: {} });
});
