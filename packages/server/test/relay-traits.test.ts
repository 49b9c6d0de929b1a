import type { Core, Payload } from '@convert-fullstack/core';
import type { RelayReceipt } from '@convert-fullstack/core/bridge';
import { type MemoryTransport, memoryTransport } from '@convert-fullstack/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browserWith, SHOWN } from './relay-requests.ts';
import { sampleCore } from './sample-project.ts';

let transport: MemoryTransport;
let core: Core;

beforeEach(() => {
  transport = memoryTransport();
  core = sampleCore({ transport });
});
afterEach(() => core.close());

const attributes = (values: unknown) => ({ type: 'attributes', values });
const segments = (values: unknown) => ({ type: 'segments', values });

async function reasons(...events: readonly unknown[]): Promise<string[]> {
  const { rejected } = (await (await browserWith(core).sendEvents(events)).json()) as RelayReceipt;
  return events.map((_, index) => rejected.find((refused) => refused.index === index)?.reason ?? 'taken');
}

const visitor = () => core.loadContext('visitor-1');
const named = (count: number, name = 'name') =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [name + at, at]));

describe('what the app in the browser knows about a visitor', () => {
  it('decides for the visitor from then on', async () => {
    const { ask, sendEvents } = browserWith(core);
    const keys = async () =>
      ((await (await ask('/')).json()) as Payload).experiences.map(({ experienceKey }) => experienceKey);
    expect(await keys()).not.toContain('loyalty-perks');
    await sendEvents([attributes({ loyalty_member: true })]);
    expect(await keys()).toContain('loyalty-perks');
  });

  it('never overrules what the application’s server says', async () => {
    const { ask, sendEvents } = browserWith(core, { attributes: () => ({ loyalty_member: false }) });
    await sendEvents([attributes({ loyalty_member: true })]);
    const { experiences } = (await (await ask('/')).json()) as Payload;
    expect(experiences.map(({ experienceKey }) => experienceKey)).not.toContain('loyalty-perks');
  });

  it('goes into reports as segments', async () => {
    expect(await reasons(segments({ country: 'DE', visitorType: 'new', plan: 'gold' }), SHOWN)).toEqual([
      'taken',
      'taken',
    ]);
    await core.flush();
    expect(transport.sent[0]?.body.visitors[0]?.segments).toEqual({
      country: 'DE',
      visitorType: 'new',
      browser: 'CH',
      devices: ['DESK'],
    });
  });

  it.each([
    { country: 'Germany' },
    { browser: 'chrome' },
    { devices: 'DESK' },
    { customSegments: '300981001' },
    { source: 7 },
    { plan: 'gold', visitorType: 'loyal' },
  ])('is refused as a segment or attribute when the collector would refuse it: %j', async (values) => {
    expect(await reasons(segments(values), attributes(values), SHOWN)).toEqual([
      'segment_invalid',
      'segment_invalid',
      'taken',
    ]);
    await core.flush();
    expect(transport.sent[0]?.body.visitors[0]?.segments).toEqual({ browser: 'CH', devices: ['DESK'] });
  });

  it.each([
    ['absent', undefined],
    ['a list', ['a']],
    ['nested', { a: { b: 1 } }],
    ['with a list in it', { a: [1] }],
    ['with nothing in it', { a: null }],
    ['with an endless text', { a: 'x'.repeat(257) }],
    ['with an endless name', { ['x'.repeat(65)]: 1 }],
    ['with no name', { '': 1 }],
    ['of 33 names', named(33)],
  ])('is refused when it is %s', async (_what, values) => {
    expect(await reasons(attributes(values), segments(values))).toEqual(['event_invalid', 'event_invalid']);
    expect((await visitor()).attributes).toEqual({});
  });

  it('may be as long as 32 names and 256 characters', async () => {
    expect(await reasons(attributes(named(32)), segments({ a: 'x'.repeat(256) }))).toEqual(['taken', 'taken']);
  });

  it('cannot fill the server’s memory, however much is sent', async () => {
    const { sendEvents } = browserWith(core);
    for (let round = 0; round < 20; round++) {
      await sendEvents([attributes(named(32, `a${round}-`)), segments(named(32, `s${round}-`))]);
    }
    const { attributes: kept, defaultSegments } = await visitor();
    for (const values of [kept, defaultSegments]) {
      expect(Object.keys(values).length).toBeGreaterThan(64);
      expect(Object.keys(values).join('').length).toBeLessThan(4_096);
    }
    expect(await reasons(attributes(named(32, 'more-')))).toEqual(['traits_too_large']);
  });

  it('reaches nobody’s prototype', async () => {
    const hostile =
      '{"type":"attributes","values":{"__proto__":{"isAdmin":true},"constructor":"x","prototype":"y","a":1}}';
    const plain = hostile.replace('{"isAdmin":true}', '"x"');
    const body = `{"events":[${[hostile, plain, hostile.replace('attributes', 'segments')].join(',')}],"__proto__":{"id":"12345678"}}`;
    const response = await browserWith(core).send(body);
    expect(response.status).toBe(202);
    expect(Object.prototype).not.toHaveProperty('isAdmin');
    const { attributes: kept } = await visitor();
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
    expect(Object.keys(kept)).not.toContain('__proto__');
    expect(kept.isAdmin).toBeUndefined();
    expect((await response.json()) as RelayReceipt).not.toHaveProperty('duplicate');
  });
});
