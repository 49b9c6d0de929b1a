// @vitest-environment jsdom
import type { Payload } from '@convert-fullstack/core/bridge';
import { act, cleanup, render, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { ConvertProvider, type Traits, useConsent, useVisitor } from '../src/index.ts';
import { VisitorField } from '../src/visitor-field.tsx';
import { leavePage, resetPage } from './support/page.ts';
import { payloadOf } from './support/payloads.ts';
import { recordRelay } from './support/relay.ts';

const granted = payloadOf([]);
const pending = payloadOf([], { consent: 'pending' });
const denied = payloadOf([], { visitorId: null, consent: 'denied' });
const httpOnly = payloadOf([], { visitorId: null, visitorRef: 'ref-of-visitor-1' });
const preview = payloadOf([], { preview: true });
const bot = payloadOf([], { visitorId: null });

let relay: ReturnType<typeof recordRelay>;
let warn: MockInstance<typeof console.warn>;

beforeEach(() => {
  relay = recordRelay();
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
});

afterEach(async () => {
  cleanup();
  await resetPage();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const useVisitorAndConsent = () => ({ ...useVisitor(), setConsent: useConsent()[1] });

function visitorOf(payload: Payload, tracking: 'on' | 'off' = 'on') {
  let current = payload;
  const wrapper = ({ children }: { children: ReactNode }) => (
    <ConvertProvider payload={current} tracking={tracking}>
      {children}
    </ConvertProvider>
  );
  const { result, rerender } = renderHook(useVisitorAndConsent, { wrapper });
  const receive = (next: Payload) => {
    current = next;
    rerender();
  };
  return { result, receive };
}

function Form({ payload, name, tracking }: { payload: Payload; name?: string; tracking?: 'off' }) {
  return (
    <ConvertProvider payload={payload} tracking={tracking ?? 'on'}>
      <form>{name === undefined ? <VisitorField /> : <VisitorField name={name} />}</form>
    </ConvertProvider>
  );
}

function Answer({ to }: { to: 'granted' | 'denied' }) {
  const [, setConsent] = useConsent();
  return <button type="button" onClick={() => setConsent(to)} />;
}

describe('useVisitor tells the visitor id', () => {
  it.each([
    ['of the payload', granted, 'visitor-1'],
    ['of the page while consent is pending', pending, 'visitor-1'],
    ['not after consent was denied', denied, null],
    ['not where the cookie is HttpOnly', httpOnly, null],
    ['not in a preview, where nothing may be counted', preview, null],
    ['not for bots', bot, null],
  ])('%s', (_, payload, visitorId) => {
    expect(visitorOf(payload).result.current.visitorId).toBe(visitorId);
  });

  it('until the visitor denies consent', async () => {
    const { result } = visitorOf(granted);
    await act(async () => result.current.setConsent('denied'));
    expect(result.current.visitorId).toBeNull();
  });

  it('as the newest payload has it', () => {
    const { result, receive } = visitorOf(granted);
    receive(payloadOf([], { visitorId: 'visitor-2' }));
    expect(result.current.visitorId).toBe('visitor-2');
  });
});

describe('attributes and segments', () => {
  it('go to the relay as events of the visitor', async () => {
    const { result } = visitorOf(granted);
    result.current.setAttributes({ plan: 'pro', visits: 3, member: true });
    result.current.setSegments({ country: 'CH' });
    await leavePage();
    expect(relay.batches()).toEqual([
      {
        id: expect.any(String),
        visitor: 'visitor-1',
        events: [
          {
            type: 'attributes',
            values: { plan: 'pro', visits: 3, member: true },
          },
          { type: 'segments', values: { country: 'CH' } },
        ],
      },
    ]);
  });

  it('that change after the call are not sent', async () => {
    const { result } = visitorOf(granted);
    const values = { plan: 'pro' };
    result.current.setAttributes(values);
    values.plan = 'free';
    await leavePage();
    expect(relay.traits()).toEqual([{ type: 'attributes', values: { plan: 'pro' } }]);
  });

  it.each([
    ['while consent is pending', pending, 'on'],
    ['after consent was denied', denied, 'on'],
    ['in a preview', preview, 'on'],
    ['of bots', bot, 'on'],
    ['with tracking="off"', granted, 'off'],
  ] as const)('are not sent %s', async (_, payload, tracking) => {
    const { result } = visitorOf(payload, tracking);
    result.current.setAttributes({ plan: 'pro' });
    result.current.setSegments({ plan: 'pro' });
    await leavePage();
    expect(relay.requests).toEqual([]);
  });

  it('are known by a reference where the cookie is HttpOnly', async () => {
    const { result } = visitorOf(httpOnly);
    result.current.setAttributes({ plan: 'pro' });
    await leavePage();
    expect(relay.batches().map(({ visitor }) => visitor)).toEqual(['ref-of-visitor-1']);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, null, ['gold'], { tier: 'gold' }])(
    'of another kind are spoken of in development, by name and not by value: %j',
    (tier) => {
      const { result } = visitorOf(granted);
      // What TypeScript would refuse, JavaScript passes.
      result.current.setAttributes({ plan: 'pro', tier } as Traits);
      expect(warn).toHaveBeenCalledExactlyOnceWith(
        'Convert: "tier" is neither a string nor a finite number nor a boolean: the relay will refuse it.',
      );
    },
  );

  it('the functions never change, and always speak for the latest payload', async () => {
    const { result, receive } = visitorOf(granted);
    const { setAttributes, setSegments } = result.current;
    receive(payloadOf([], { visitorId: 'visitor-2' }));
    expect(result.current).toMatchObject({ setAttributes, setSegments });
    setAttributes({ plan: 'pro' });
    await leavePage();
    expect(relay.batches().map(({ visitor }) => visitor)).toEqual(['visitor-2']);
  });
});

describe('<VisitorField>', () => {
  it('is a hidden input with the visitor id', () => {
    const { container } = render(<Form payload={granted} />);
    expect(container.querySelector('input')?.type).toBe('hidden');
    const form = container.querySelector('form') ?? undefined;
    expect(Object.fromEntries(new FormData(form))).toEqual({ cv_vid: 'visitor-1' });
  });

  it('has the name that it is given', () => {
    const { container } = render(<Form payload={granted} name="note[visitor]" />);
    expect(container.querySelector('input')?.name).toBe('note[visitor]');
  });

  it('is in the HTML of the server', () => {
    expect(renderToString(<Form payload={granted} />)).toContain('value="visitor-1"');
  });

  it.each([
    ['while consent is pending', pending],
    ['after consent was denied', denied],
    ['where the cookie is HttpOnly', httpOnly],
    ['in a preview', preview],
    ['for bots', bot],
  ])('renders nothing %s', (_, payload) => {
    expect(render(<Form payload={payload} />).container.innerHTML).toBe('<form></form>');
  });

  it('renders nothing where tracking is off', () => {
    expect(render(<Form payload={granted} tracking="off" />).container.innerHTML).toBe('<form></form>');
  });

  it.each([
    ['appears', 'granted', pending, 1],
    ['disappears', 'denied', granted, 0],
  ] as const)('%s when consent is %s', async (_, to, payload, count) => {
    const { container } = render(
      <ConvertProvider payload={payload}>
        <VisitorField />
        <Answer to={to} />
      </ConvertProvider>,
    );
    expect(container.querySelectorAll('input')).toHaveLength(1 - count);
    await act(async () => container.querySelector('button')?.click());
    expect(container.querySelectorAll('input')).toHaveLength(count);
  });

  it('escapes what is in the id', () => {
    const html = renderToString(<Form payload={payloadOf([], { visitorId: '"><script>alert(1)</script>' })} />);
    expect(html).not.toContain('<script>');
  });
});
