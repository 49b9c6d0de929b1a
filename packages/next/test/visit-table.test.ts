import './async-storage.ts';
import { Core } from '@convert-fullstack/core';
import { NextRequest } from 'next/server.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VISIT_HEADER, type Visit } from '../src/visit-header.ts';
import { createVisitTable } from '../src/visit-table.ts';
import { convertWith, HERO, headersOfPage, pageRequest, resetProcess, run } from './fixtures.ts';
import { inRequest } from './request-scope.ts';

const VISIT: Visit = {
  visitorId: 'visitor-1',
  consent: 'granted',
  isBot: false,
  isNew: true,
  method: 'GET',
  url: 'https://shop.example/',
  configVersion: 'v1',
  decisions: [['1', '2']],
};

describe('a visit that stays in the process', () => {
  it('comes back as it was, however often and whatever it holds', async () => {
    const table = createVisitTable();
    const visit = { ...VISIT, url: `https://shop.example/${'x'.repeat(100_000)}` };
    const header = await table.write(visit);
    await table.write(VISIT);
    expect(header).toMatch(/^\d+\.[0-9a-f-]{36}$/);
    for (const _ of ['once', 'again']) expect(table.read(header)).toBe(visit);
  });

  it('has a name that nobody else can make up', async () => {
    const table = createVisitTable();
    const header = await table.write(VISIT);
    const name = header.slice(header.indexOf('.') + 1);
    const others = ['', '0', '0.', `1.${name}`, `-1.${name}`, `0.${crypto.randomUUID()}`, `${header} `, ` ${header}`];
    for (const made of [...others, 'constructor', '__proto__', 'length', 'x'.repeat(100_000)]) {
      expect(table.read(made), made.slice(0, 60)).toBeNull();
    }
    expect(createVisitTable().read(header)).toBeNull();
    expect(table.read(header)).toBe(VISIT);
  });

  it('is kept for as long as a thousand others come after it', async () => {
    const table = createVisitTable();
    const first = await table.write(VISIT);
    for (let i = 0; i < 1_000; i += 1) await table.write({ ...VISIT, visitorId: `visitor-${i}` });
    expect(table.read(first)).toBe(VISIT);
    for (let i = 0; i < 1_000; i += 1) await table.write(VISIT);
    expect(table.read(first)).toBeNull();
  });
});

describe('without a secret', () => {
  beforeEach(resetProcess);
  afterEach(() => {
    vi.restoreAllMocks();
    resetProcess();
  });

  const OPTIONS = { secret: undefined };

  it('the page has what the proxy decided, and nothing of it stands in the header', async () => {
    const convert = convertWith(OPTIONS);
    const page = headersOfPage(await run(convert.proxy(), pageRequest('/', { cookie: 'cv_vid=visitor-1' })));
    expect(page.get(VISIT_HEADER)).not.toContain('visitor-1');
    const load = vi.spyOn(Core.prototype, 'createContext');
    const { result } = await inRequest(new NextRequest('http://localhost:3000/', { headers: page }), () =>
      convert.payload(),
    );
    expect(result.visitorId).toBe('visitor-1');
    expect(result.experiences.map(({ experienceKey }) => experienceKey)).toContain(HERO.key);
    expect(load).not.toHaveBeenCalled();
  });

  it('a rewritten request that comes through the proxy again is the same visit', async () => {
    const convert = convertWith(OPTIONS);
    const first = headersOfPage(await run(convert.proxy(), pageRequest('/?utm_source=mail')));
    const second = headersOfPage(
      await run(convert.proxy(), new NextRequest('http://localhost:3000/inner', { headers: first })),
    );
    const payloadOf = async (headers: Headers) =>
      (await inRequest(new NextRequest('http://localhost:3000/inner', { headers }), () => convert.payload())).result;
    expect(await payloadOf(second)).toEqual(await payloadOf(first));
    expect(second.get('cookie')).toBe(first.get('cookie'));
  });

  it('a page of another process decides again', async () => {
    const page = headersOfPage(
      await run(convertWith(OPTIONS).proxy(), pageRequest('/', { cookie: 'cv_vid=visitor-1' })),
    );
    resetProcess();
    const load = vi.spyOn(Core.prototype, 'createContext');
    const { result } = await inRequest(new NextRequest('http://localhost:3000/', { headers: page }), () =>
      convertWith(OPTIONS).payload({ url: '/' }),
    );
    expect(result.visitorId).toBe('visitor-1');
    expect(load).toHaveBeenCalled();
  });
});
