// @vitest-environment jsdom
import type { Assignment, Payload } from '@convert-fullstack/core/bridge';
import { act, cleanup, render } from '@testing-library/react';
import { type ReactNode, useEffect } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { SWRConfig } from 'swr';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConvertProvider, useExperience, useTrackConversion } from '../src/index.ts';
import { ConvertPage, type ConvertPageProps } from '../src/navigation.ts';
import { deferred } from './support/deferred.ts';
import { elapse } from './support/elapse.ts';
import { leavePage, resetPage } from './support/page.ts';
import { hero, payloadOf } from './support/payloads.ts';

const plans: Assignment = {
  experienceKey: 'plans',
  experienceId: '400',
  variationKey: 'table',
  variationId: '402',
  features: [],
};
const NETWORK_MS = 20;

let fetched: string[];
let reported: string[];
let answer: () => Promise<Response>;
let cache: Map<string, object>;
/** What a component was mounted with, in order. */
let mounted: string[];

beforeEach(() => {
  vi.useFakeTimers();
  fetched = [];
  reported = [];
  mounted = [];
  cache = new Map();
  answer = async () => Response.json(payloadOf([hero, plans]));
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    if (init?.method === 'POST') {
      const { events } = JSON.parse(String(init.body));
      for (const { type, experienceId, goalKey } of events) reported.push(`${type} ${experienceId ?? goalKey}`);
      return Response.json({ accepted: events.length, rejected: [] }, { status: 202 });
    }
    fetched.push(url);
    await new Promise((resolve) => setTimeout(resolve, NETWORK_MS));
    return answer();
  });
});

afterEach(async () => {
  cleanup();
  await resetPage();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function Plans(): ReactNode {
  const variation = useExperience('plans')?.variationKey ?? 'cards';
  const other = useExperience('home-hero')?.variationKey ?? 'original';
  const trackConversion = useTrackConversion();
  useEffect(() => void mounted.push(`${variation} ${trackConversion('signup').status}`), [variation, trackConversion]);
  return <p>{`${variation} ${other}`}</p>;
}

const site = (page: ReactNode, payload: Payload | Promise<Payload> = payloadOf([hero])) => (
  <SWRConfig value={{ provider: () => cache }}>
    <ConvertProvider payload={payload}>{page}</ConvertProvider>
  </SWRConfig>
);
const page = (props: Partial<ConvertPageProps> = {}) => (
  <ConvertPage url="/plans" {...props}>
    <Plans />
  </ConvertPage>
);

/** The page is open, and a link leads to another. */
async function navigate(to: ReactNode = page(), payload?: Payload | Promise<Payload>) {
  const { container, rerender } = await act(async () => render(site('home', payload)));
  const show = (next: ReactNode, other = payload) => act(async () => rerender(site(next, other)));
  await show(to);
  return {
    show,
    /** What a person sees. */
    seen: () => {
      const hidden = container.querySelector<HTMLElement>('[inert]');
      return (container.textContent ?? '').slice(hidden?.textContent?.length ?? 0);
    },
    container,
  };
}

describe('a page that soft navigation leads to', () => {
  it('is decided by the relay for its address, once, and is shown as decided only', async () => {
    const { seen } = await navigate();
    expect(seen()).toBe('');
    await elapse(NETWORK_MS);
    expect(seen()).toBe('table b');
    expect(fetched).toEqual(['/api/convert/payload?url=%2Fplans']);
  });

  it('is decided in a preview as well, and counts nothing there', async () => {
    answer = async () => Response.json(payloadOf([hero, plans], { preview: true }));
    const { seen } = await navigate(page(), payloadOf([hero], { preview: true }));
    await elapse(NETWORK_MS);
    expect(seen()).toBe('table b');
    await elapse(5_000);
    expect([fetched, reported]).toEqual([['/api/convert/payload?url=%2Fplans'], []]);
  });

  it('keeps its place with the original, which nobody sees, hears or reaches', async () => {
    const { container } = await navigate();
    const reserved = container.querySelector<HTMLElement>('p')?.parentElement;
    expect(reserved?.textContent).toBe('cards b');
    expect(reserved?.style.visibility).toBe('hidden');
    expect(reserved?.style.display).toBe('contents');
    expect(reserved?.getAttribute('aria-hidden')).toBe('true');
    expect(reserved?.hasAttribute('inert')).toBe(true);
    await elapse(NETWORK_MS);
    expect(container.querySelector('[inert]')).toBeNull();
  });

  it('counts what is seen, once, and nothing of what keeps the place', async () => {
    const { show } = await navigate();
    await leavePage();
    expect(reported).toEqual([]);
    await elapse(NETWORK_MS);
    await elapse(1_000);
    expect(reported.sort()).toEqual(['conversion signup', 'exposure 100', 'exposure 400']);
    await show('home');
    await show(page());
    await elapse(1_000);
    expect(reported).toHaveLength(3);
    expect(mounted).toEqual(['cards tracking_off', 'table queued', 'table deduplicated']);
  });

  it('shows a placeholder instead, if there is one', async () => {
    const { container } = await navigate(page({ placeholder: <i>soon</i> }));
    expect(container.innerHTML).toBe('<i>soon</i>');
    await elapse(NETWORK_MS);
    expect(container.innerHTML).toBe('<p>table b</p>');
    expect(mounted).toEqual(['table queued']);
  });

  it('is decided at once when it is visited again, and another page is not', async () => {
    const { show, seen } = await navigate();
    await elapse(NETWORK_MS);
    await show('home');
    await show(page());
    expect(seen()).toBe('table b');
    expect(fetched).toHaveLength(1);
    await show(page({ url: '/other' }));
    expect(seen()).toBe('');
    await elapse(NETWORK_MS);
    expect(fetched).toHaveLength(2);
  });

  it('asks for several parts of one page once', async () => {
    await navigate(
      <>
        {page()}
        {page()}
      </>,
    );
    await elapse(1_000);
    expect(fetched).toHaveLength(1);
    expect(reported.filter((event) => event === 'exposure 400')).toHaveLength(1);
  });

  it('asks the relay of the application', async () => {
    await navigate(page({ endpoint: '/experiments' }));
    expect(fetched).toEqual(['/experiments/payload?url=%2Fplans']);
  });
});

describe('no decisions in time', () => {
  it('shows the original after a second and never changes it', async () => {
    const { promise, resolve } = deferred<Response>();
    answer = () => promise;
    const { seen } = await navigate();
    await elapse(999);
    expect(seen()).toBe('');
    await elapse(1);
    expect(seen()).toBe('cards b');
    await act(async () => resolve(Response.json(payloadOf([plans]))));
    await elapse(5_000);
    expect(seen()).toBe('cards b');
    expect(reported.sort()).toEqual(['conversion signup', 'exposure 100']);
  });

  for (const [name, failing] of Object.entries<() => Promise<Response>>({
    unreachable: async () => Promise.reject(new TypeError('Failed to fetch')),
    'out of order': async () => new Response(null, { status: 503 }),
    'something else': async () => new Response('<html>'),
    'of a version to come': async () => Response.json({ ...payloadOf([plans]), version: 2 }),
    'speaking of somebody else': async () => Response.json(payloadOf([plans], { visitorId: 'visitor-9' })),
    'speaking of nobody': async () => Response.json(payloadOf([plans], { visitorId: null })),
  })) {
    it(`shows the original at once when the relay is ${name}, also when it recovers meanwhile`, async () => {
      answer = failing;
      const { seen, show } = await navigate();
      await elapse(NETWORK_MS);
      expect(seen()).toBe('cards b');
      answer = async () => Response.json(payloadOf([plans]));
      await show(
        <>
          {page()}
          <ConvertPage url="/plans">again</ConvertPage>
        </>,
      );
      await elapse(5_000);
      expect(seen()).not.toContain('table');
    });
  }
});

describe('nothing is fetched', () => {
  for (const [name, payload] of Object.entries({
    'nobody is decided for': payloadOf([], { visitorId: null }),
    'the visitor was not asked yet': payloadOf([hero], { consent: 'pending' }),
    'the visitor has denied': payloadOf([], { visitorId: null, consent: 'denied' }),
  } satisfies Record<string, Payload>)) {
    it(`where ${name}`, async () => {
      const { seen } = await navigate(page(), payload);
      expect(seen()).toMatch(/^cards/);
      await elapse(5_000);
      expect(fetched).toEqual([]);
    });
  }

  it('for the document that the visitor arrived with, whose payload is there, and for its address later', async () => {
    const document_ = site(page(), payloadOf([hero, plans]));
    const container = document.body.appendChild(document.createElement('div'));
    container.innerHTML = renderToString(document_);
    expect(container.textContent).toBe('table b');
    const errors = vi.spyOn(console, 'error');
    const root = await act(async () => hydrateRoot(container, document_));
    await elapse(1_000);
    expect(container.innerHTML).toBe('<p>table b</p>');
    expect(fetched).toEqual([]);
    expect(reported.sort()).toEqual(['conversion signup', 'exposure 100', 'exposure 400']);
    const show = (url: string) => act(async () => root.render(site(page({ url }), payloadOf([hero, plans]))));
    await show('/other');
    await elapse(1_000);
    expect(fetched).toEqual(['/api/convert/payload?url=%2Fother']);
    await show('/plans');
    await elapse(1_000);
    expect(fetched).toHaveLength(1);
    expect(errors).not.toHaveBeenCalled();
    await act(async () => root.unmount());
    container.remove();
  });
});

it('needs a provider', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  expect(() => render(<ConvertPage url="/plans">x</ConvertPage>)).toThrow('provider_missing');
});
