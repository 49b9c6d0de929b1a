// @vitest-environment jsdom
import type { Assignment, Payload } from '@convert-fullstack/core/bridge';
import { act, cleanup, render } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConvertProvider, Exposure, type TrackConversion, useTrackConversion } from '../src/index.ts';
import { resetPage, setHidden } from './support/page.ts';
import { banner, hero, payloadOf } from './support/payloads.ts';
import { recordRelay } from './support/relay.ts';

// Two outermost providers have a session each, as two tabs have; what they share is localStorage.

let relay: ReturnType<typeof recordRelay>;

beforeEach(() => {
  vi.useFakeTimers();
  relay = recordRelay();
});

afterEach(async () => {
  cleanup();
  await resetPage();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const elapse = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

function Controls({ onReady }: { onReady: (track: TrackConversion) => void }) {
  onReady(useTrackConversion());
  return null;
}

function openTab(first: Payload = payloadOf([hero, banner])) {
  let track: TrackConversion | undefined;
  let payload = first;
  let shown: readonly Assignment[] = [];
  const page = () => (
    <ConvertProvider payload={payload}>
      <Controls
        onReady={(ready) => {
          track = ready;
        }}
      />
      {shown.map((assignment) => (
        <Exposure key={assignment.experienceId} of={assignment} />
      ))}
    </ConvertProvider>
  );
  const { rerender } = render(page());
  return {
    show: (...next: Assignment[]) => {
      shown = next;
      rerender(page());
    },
    receive: (next: Payload) => {
      payload = next;
      rerender(page());
    },
    track: () => track?.('purchase').status,
  };
}

const counted = () => relay.exposures().map(({ experienceId }) => experienceId);

it('an exposure that another tab has just counted is not counted', async () => {
  const [first, second] = [openTab(), openTab()];
  first.show(hero);
  second.show(hero, banner);
  await elapse(1_000);
  expect(counted().sort()).toEqual(['100', '200']);
});

it('control: tabs that do not share storage count both', async () => {
  const [first, second] = [openTab(), openTab()];
  first.show(hero);
  localStorage.clear();
  second.show(hero);
  await elapse(1_000);
  expect(counted()).toEqual(['100', '100']);
});

it('a conversion that another tab has just counted is deduplicated', async () => {
  const [first, second] = [openTab(), openTab()];
  expect([first.track(), second.track(), first.track()]).toEqual(['queued', 'deduplicated', 'deduplicated']);
  await elapse(1_000);
  expect(relay.conversions()).toHaveLength(1);
});

it('a conversion is credited with what another tab has shown', async () => {
  const [first, second] = [openTab(), openTab()];
  first.show(hero);
  second.show(banner);
  first.track();
  await elapse(1_000);
  expect(relay.conversions()[0]?.exposed).toEqual({ '100': '102', '200': '202' });
});

it('what both have held back while consent was pending counts once when it is granted', async () => {
  const pending = payloadOf([hero, banner], { consent: 'pending' });
  const tabs = [openTab(pending), openTab(pending)];
  for (const { show, track } of tabs) {
    show(hero);
    expect(track()).toBe('queued');
  }
  for (const { receive } of tabs) receive(payloadOf([hero, banner]));
  await elapse(1_000);
  expect(counted()).toEqual(['100']);
  expect(relay.conversions()).toHaveLength(1);
});

it('what both leave is delivered by whichever is looked at, once', async () => {
  relay.alwaysAnswer(503);
  const [first, second] = [openTab(), openTab()];
  first.show(hero);
  second.show(banner);
  await setHidden(true);
  expect(JSON.parse(localStorage.getItem('cv_queue') ?? '[]')).toHaveLength(2);
  const ids = relay.batches().map(({ id }) => id);
  relay.requests.length = 0;
  relay.alwaysAnswer(202);
  await setHidden(false);
  await elapse(60_000);
  expect(relay.batches().map(({ id }) => id)).toEqual(ids);
  expect(localStorage.getItem('cv_queue')).toBeNull();
});
