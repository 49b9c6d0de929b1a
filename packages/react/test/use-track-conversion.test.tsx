// @vitest-environment jsdom
import { type ConversionResult, ConvertError, type Payload } from '@convert-fullstack/core/bridge';
import { act, cleanup, render, renderHook } from '@testing-library/react';
import { type ReactNode, Suspense, useEffect } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConvertProvider, Exposure, type TrackConversion, useTrackConversion } from '../src/index.ts';
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
  vi.unstubAllGlobals();
});

const QUEUED = { status: 'queued', tracked: true, reason: null };
const missed = (reason: string) => ({ status: reason, tracked: false, reason });

function trackIn(payload: Payload | Promise<Payload> = payloadOf([hero]), tracking: 'on' | 'off' = 'on') {
  let current = { payload, tracking };
  const wrapper = ({ children }: { children: ReactNode }) => (
    <ConvertProvider {...current}>
      <Suspense>{children}</Suspense>
    </ConvertProvider>
  );
  const hook = renderHook(() => useTrackConversion(), { wrapper });
  const change = (to: Partial<typeof current>) => {
    current = { ...current, ...to };
    hook.rerender();
  };
  return { ...hook, change };
}

function Page({ children }: { children: ReactNode }) {
  return (
    <ConvertProvider payload={payloadOf([hero, banner])}>
      <Exposure of={hero} />
      {children}
    </ConvertProvider>
  );
}

function Child({ track, onResult }: { track: TrackConversion; onResult: (result: ConversionResult) => void }) {
  useEffect(() => {
    onResult(track('purchase'));
  }, [track, onResult]);
  return null;
}

function Parent({ onResult }: { onResult: (result: ConversionResult) => void }) {
  return <Child track={useTrackConversion()} onResult={onResult} />;
}

describe('results', () => {
  it('is queued and sent with the options as they were given', async () => {
    const { result } = trackIn();
    const options = { revenue: 49.99, conversionData: { transaction_id: 'T-1', items_count: 2, mine: 'kept' } };
    expect(result.current('purchase', options)).toEqual(QUEUED);
    await leavePage();
    expect(relay.conversions()).toEqual([{ type: 'conversion', goalKey: 'purchase', ...options, exposed: {} }]);
  });

  it('is deduplicated for the same goal, also after a reload, and not for another goal', async () => {
    const { result, unmount } = trackIn();
    expect(result.current('purchase')).toEqual(QUEUED);
    expect(result.current('purchase')).toEqual(missed('deduplicated'));
    expect(result.current('signup')).toEqual(QUEUED);
    unmount();
    expect(trackIn().result.current('purchase')).toEqual(missed('deduplicated'));
    await leavePage();
    expect(relay.conversions().map(({ goalKey }) => goalKey)).toEqual(['purchase', 'signup']);
  });

  it('is queued again with forceMultiple', async () => {
    const { result } = trackIn();
    result.current('purchase');
    expect(result.current('purchase', { forceMultiple: true })).toEqual(QUEUED);
    await leavePage();
    expect(relay.conversions().map(({ forceMultiple }) => forceMultiple)).toEqual([undefined, true]);
  });

  it('is queued again for another visitor', () => {
    trackIn().result.current('purchase');
    const other = trackIn(payloadOf([], { visitorId: 'visitor-2' }));
    expect(other.result.current('purchase')).toEqual(QUEUED);
  });

  it.each(['refund', 'constructor', '__proto__', ''])('is goal_not_found for a goal in no payload: %j', (goalKey) => {
    expect(trackIn().result.current(goalKey)).toEqual(missed('goal_not_found'));
  });

  it('is tracking_off while tracking is off, and the goal can still be reached later', () => {
    const { result, change } = trackIn(payloadOf([hero]), 'off');
    expect(result.current('purchase')).toEqual(missed('tracking_off'));
    change({ tracking: 'on' });
    expect(result.current('purchase')).toEqual(QUEUED);
  });

  it('is tracking_off without a visitor id', () => {
    const { result } = trackIn(payloadOf([], { visitorId: null }));
    expect(result.current('purchase')).toEqual(missed('tracking_off'));
  });

  it('shows a previewed variation and counts nothing: no exposure, no conversion', async () => {
    const { result } = trackIn({ ...payloadOf([hero]), preview: true });
    render(
      <ConvertProvider payload={{ ...payloadOf([hero]), preview: true }}>
        <Exposure of={hero} />
      </ConvertProvider>,
    );
    expect(result.current('purchase')).toEqual(missed('preview'));
    await leavePage();
    expect(relay.events()).toEqual([]);
  });

  it('finds goals in every provider around it', () => {
    const wrapper = ({ children }: { children: ReactNode }) => (
      <ConvertProvider payload={payloadOf([], { goals: ['layout-goal'] })}>
        <ConvertProvider payload={payloadOf([], { goals: ['page-goal'] })}>{children}</ConvertProvider>
      </ConvertProvider>
    );
    const { result } = renderHook(() => useTrackConversion(), { wrapper });
    expect(result.current('layout-goal')).toEqual(QUEUED);
    expect(result.current('page-goal')).toEqual(QUEUED);
    expect(result.current('other-goal')).toEqual(missed('goal_not_found'));
  });
});

describe('values', () => {
  it.each([
    ['revenue', { revenue: Number.NaN }],
    ['revenue', { revenue: Number.POSITIVE_INFINITY }],
    ['conversionData.customDimension1', { conversionData: JSON.parse('{"customDimension1":{"a":1}}') }],
    ['conversionData.transactionId', { conversionData: JSON.parse('{"transactionId":null}') }],
  ])('that cannot be counted throw, name the field and leave the goal unreached: %s', (field, options) => {
    const { result } = trackIn();
    const attempt = () => result.current('purchase', options);
    expect(attempt).toThrow(ConvertError);
    expect(attempt).toThrow(`${field} must be`);
    expect(result.current('purchase')).toEqual(QUEUED);
  });

  it('that change after the call are not sent', async () => {
    const { result } = trackIn();
    const conversionData: Record<string, string> = { transactionId: 'T-1' };
    result.current('purchase', { conversionData });
    conversionData.transactionId = 'T-2';
    await leavePage();
    expect(relay.conversions()[0]?.conversionData).toEqual({ transactionId: 'T-1' });
  });

  it('cannot pass for another event', async () => {
    const { result } = trackIn();
    result.current('purchase', JSON.parse('{"type":"exposure","goalKey":"signup","exposed":{"1":"2"}}'));
    await leavePage();
    expect(relay.events()).toEqual([{ type: 'conversion', goalKey: 'purchase', exposed: {} }]);
  });
});

describe('attribution', () => {
  it('carries what this browser has shown to this visitor, before and after a reload', async () => {
    renderHook(() => useTrackConversion(), { wrapper: Page }).result.current('purchase');
    cleanup();
    trackIn().result.current('signup');
    await leavePage();
    expect(relay.conversions().map(({ exposed }) => exposed)).toEqual([{ '100': '102' }, { '100': '102' }]);
  });

  it('carries nothing that was only decided, or shown to another visitor', async () => {
    localStorage.setItem('cv_seen', JSON.stringify({ visitorId: 'visitor-0', shown: { '7': '8' }, reached: {} }));
    trackIn(payloadOf([hero, banner])).result.current('purchase');
    await leavePage();
    expect(relay.conversions()[0]?.exposed).toEqual({});
  });

  it('carries no more than the relay takes', async () => {
    const shown = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`${n}`, '1']));
    localStorage.setItem('cv_seen', JSON.stringify({ visitorId: 'visitor-1', shown, reached: {} }));
    trackIn().result.current('purchase');
    await leavePage();
    expect(Object.keys(relay.conversions()[0]?.exposed ?? {})).toHaveLength(200);
  });

  it('carries only ids, whatever storage says', async () => {
    const shown = { '7': '8', '9': 10, '': '1', '11': '', '12': 'x'.repeat(65), '13': ['14'], '15': null };
    localStorage.setItem('cv_seen', JSON.stringify({ visitorId: 'visitor-1', shown, reached: {} }));
    trackIn().result.current('purchase');
    await leavePage();
    expect(relay.conversions()[0]?.exposed).toEqual({ '7': '8' });
  });
});

describe('the function', () => {
  it('never changes, and always speaks for the latest payload and consent', () => {
    const { result, change } = trackIn(payloadOf([], { goals: [] }));
    const track = result.current;
    expect(track('purchase')).toEqual(missed('goal_not_found'));
    change({ payload: payloadOf([]) });
    expect(track('purchase')).toEqual(QUEUED);
    change({ tracking: 'off' });
    expect(track('signup')).toEqual(missed('tracking_off'));
    expect(result.current).toBe(track);
  });

  it('works in the first effect of a child', () => {
    const statuses: string[] = [];
    render(
      <Page>
        <Parent onResult={({ status }) => statuses.push(status)} />
      </Page>,
    );
    expect(statuses).toEqual(['queued']);
  });

  it('suspends with a payload that is a promise', async () => {
    const { promise, resolve } = deferred<Payload>();
    const { result } = await act(async () => trackIn(promise));
    expect(result.current).toBeNull();
    await act(async () => resolve(payloadOf([])));
    expect(result.current('purchase')).toEqual(QUEUED);
  });
});
