import { setTimeout } from 'node:timers/promises';
import type { Core, DataStore, StoredVisitor } from '@convert-fullstack/core';
import { RECEIPT_COOKIE } from '@convert-fullstack/core/bridge';
import { type MemoryTransport, memoryTransport } from '@convert-fullstack/core/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readReceipt } from '../src/receipt.ts';
import { visitorRefOf } from '../src/visitor-id.ts';
import { BOUGHT, browserWith, cookiesOf, outcome, SHOWN } from './relay-requests.ts';
import { sampleCore } from './sample-project.ts';

const REF = await visitorRefOf('visitor-1');
const ADDED = { type: 'conversion', goalKey: 'add-to-cart', forceMultiple: true, revenue: 5 };
const BATCH = { id: 'batch00001', visitor: 'visitor-1', events: [SHOWN, ADDED] };
/** The same, from a page that is being left. */
const LEFT = { ...BATCH, isLeaving: true };
const TAKEN = { accepted: 2, rejected: [] };
const DUPLICATE = { accepted: 0, rejected: [], duplicate: true };

let transport: MemoryTransport;
let core: Core;

beforeEach(() => {
  transport = memoryTransport();
  core = sampleCore({ transport });
});
afterEach(() => core.close());

async function counted(): Promise<number> {
  await core.flush();
  return transport.events.length;
}

/** Answers late enough for requests to meet. */
function slowStore(): DataStore {
  const stored = new Map<string, StoredVisitor>();
  return {
    get: (key) => setTimeout(10, stored.get(key)),
    async set(key, value) {
      stored.set(key, value);
    },
  };
}

const withReceipt = (value: string | null | undefined) => ({ cookie: `cv_vid=visitor-1; ${RECEIPT_COOKIE}=${value}` });

describe('a batch', () => {
  it('that arrives again is answered, and not counted again', async () => {
    const { send } = browserWith(core);
    expect(await outcome(await send(BATCH))).toEqual([202, TAKEN]);
    expect(await outcome(await send(BATCH))).toEqual([202, DUPLICATE]);
    expect(await counted()).toBe(2);
  });

  it('is told from others by its id, and without an id is always another', async () => {
    const { send } = browserWith(core);
    await send(BATCH);
    expect(await outcome(await send({ ...BATCH, id: 'batch00002' }))).toEqual([202, TAKEN]);
    const { id: _, ...anonymous } = BATCH;
    expect(await outcome(await send(anonymous))).toEqual([202, TAKEN]);
    expect(await outcome(await send(anonymous))).toEqual([202, TAKEN]);
    expect(await counted()).toBe(5);
  });

  it('of another visitor is another, though its id is the same', async () => {
    const { send } = browserWith(core);
    await send(BATCH);
    const other = await send({ ...BATCH, visitor: 'visitor-2' }, { cookie: 'cv_vid=visitor-2' });
    expect(await outcome(other)).toEqual([202, TAKEN]);
    expect(await counted()).toBe(4);
  });

  it('that arrives many times at once counts once', async () => {
    core = sampleCore({ transport, dataStore: slowStore() });
    const { send } = browserWith(core);
    const answers = await Promise.all(Array.from({ length: 20 }, async () => outcome(await send(BATCH))));
    expect(answers.filter(([, receipt]) => JSON.stringify(receipt) === JSON.stringify(TAKEN))).toHaveLength(1);
    expect(answers.filter(([, receipt]) => JSON.stringify(receipt) === JSON.stringify(DUPLICATE))).toHaveLength(19);
    expect(await counted()).toBe(2);
  });

  it('that could not be taken over may come again', async () => {
    const { send } = browserWith(core, { onError: () => {} });
    vi.spyOn(core, 'loadContext').mockRejectedValueOnce(new Error('out of memory'));
    expect((await send(BATCH)).status).toBe(503);
    expect(await outcome(await send(BATCH))).toEqual([202, TAKEN]);
    expect(await outcome(await send(BATCH))).toEqual([202, DUPLICATE]);
  });

  it('that fails while its twin waits is taken over from the twin', async () => {
    core = sampleCore({ transport, dataStore: slowStore() });
    const { send } = browserWith(core);
    const failing = async () => {
      await setTimeout(10);
      throw new Error('out of memory');
    };
    vi.spyOn(core, 'loadContext').mockImplementationOnce(failing);
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await send(BATCH)).status));
    expect(statuses.sort()).toEqual([202, 202, 202, 202, 503]);
    expect(await counted()).toBe(2);
  });

  it('counts once although two server processes get it, when the first answer’s cookie has arrived', async () => {
    const first = await browserWith(core).send(LEFT);
    const second = browserWith(core);
    const again = await second.send(BATCH, withReceipt(cookiesOf(first)[RECEIPT_COOKIE]));
    expect([await outcome(again), again.headers.getSetCookie()]).toEqual([[202, DUPLICATE], []]);
    expect(await counted()).toBe(2);
  });

  it.each(['short', 'x'.repeat(33), 'batch-0001', '', 7, null])('is refused when its id is %j', async (id) => {
    const answer = await outcome(await browserWith(core).send({ ...BATCH, id }));
    expect(answer).toEqual([400, { error: 'batch_invalid' }]);
  });

  it('is refused when its visitor is no id', async () => {
    for (const visitor of ['', 'x'.repeat(129), 7, null, {}]) {
      expect((await browserWith(core).send({ ...BATCH, visitor })).status).toBe(400);
    }
  });
});

describe('a batch of a visitor who has logged in since', () => {
  const USER = { cookie: 'cv_vid=user-7' };
  const conversions = () => transport.events.filter(({ eventType }) => eventType === 'conversion');

  it('counts its conversions for the user, and nothing of what the earlier visitor was shown', async () => {
    expect(await outcome(await browserWith(core).send(BATCH, USER))).toEqual([
      202,
      { accepted: 1, rejected: [{ index: 0, reason: 'visitor_changed' }] },
    ]);
    await core.flush();
    expect(transport.events).toMatchObject([{ visitorId: 'user-7', eventType: 'conversion' }]);
    expect(transport.events[0]).not.toHaveProperty('data.bucketingData');
  });

  it('is not counted again when it had arrived before the login', async () => {
    const { send } = browserWith(core);
    await send(BATCH);
    expect(await outcome(await send(BATCH, USER))).toEqual([202, DUPLICATE]);
    await core.flush();
    expect(conversions()).toHaveLength(1);
  });

  it('nor when its page named the visitor by what stands for the id', async () => {
    const { send } = browserWith(core);
    await send({ ...BATCH, visitor: REF });
    expect(await outcome(await send({ ...BATCH, visitor: REF }, USER))).toEqual([202, DUPLICATE]);
  });

  it('nor by another process, when the page that was left had its answer', async () => {
    const receipt = cookiesOf(await browserWith(core).send(LEFT))[RECEIPT_COOKIE];
    const { send } = browserWith(sampleCore({ transport }));
    const again = await send(BATCH, { cookie: `${USER.cookie}; ${RECEIPT_COOKIE}=${receipt}` });
    expect(await outcome(again)).toEqual([202, DUPLICATE]);
  });

  it('keeps what the earlier visitor reached from nobody else', async () => {
    const receipt = cookiesOf(await browserWith(core).sendEvents([BOUGHT]))[RECEIPT_COOKIE];
    const bought = await browserWith(core).sendEvents([BOUGHT], {
      cookie: `${USER.cookie}; ${RECEIPT_COOKIE}=${receipt}`,
    });
    expect(await outcome(bought)).toEqual([202, { accepted: 1, rejected: [] }]);
  });
});

describe('a page that is left asks whether a batch has arrived', () => {
  const QUESTION = { ...LEFT, events: [] };

  it('and is told yes, in the cookie, too', async () => {
    const { send } = browserWith(core);
    expect((await send({ ...BATCH, events: [SHOWN] })).headers.getSetCookie()).toEqual([]);
    const answer = await send(QUESTION);
    expect(await outcome(answer.clone())).toEqual([202, DUPLICATE]);
    expect(readReceipt(cookiesOf(answer)[RECEIPT_COOKIE], REF).batchIds).toEqual(['batch00001']);
  });

  it('and waits for one that is just arriving', async () => {
    const store = slowStore();
    core = sampleCore({ transport, dataStore: store });
    const { send } = browserWith(core);
    const isArriving = new Promise<void>((resolve) => {
      vi.spyOn(store, 'get').mockImplementationOnce(() => {
        resolve();
        return setTimeout(50, undefined);
      });
    });
    const arriving = send(BATCH);
    await isArriving;
    const answer = await send(QUESTION);
    expect(answer.status).toBe(202);
    await arriving;
    expect(await counted()).toBe(2);
  });

  it('and is told no, which keeps the batch from nothing', async () => {
    const { send } = browserWith(core);
    const answer = await send(QUESTION);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await outcome(answer)).toEqual([503, { error: 'not_arrived' }]);
    expect(await outcome(await send(BATCH))).toEqual([202, TAKEN]);
    expect(await counted()).toBe(2);
  });

  it('of its own visitor, or of whom that was before a login', async () => {
    const { send } = browserWith(core);
    await send(BATCH);
    expect((await send({ ...QUESTION, visitor: 'visitor-2' }, { cookie: 'cv_vid=visitor-2' })).status).toBe(503);
    expect((await send(QUESTION, { cookie: 'cv_vid=visitor-2' })).status).toBe(202);
  });
});

describe('the receipt', () => {
  it('names no batch of a page that hears the answer: its cookies stay as they are', async () => {
    const response = await browserWith(core).send({ ...BATCH, events: [SHOWN] });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  const receiptOf = (response: Response) => readReceipt(cookiesOf(response)[RECEIPT_COOKIE], REF);

  it('names what has arrived, batch and goals, for scripts to read', async () => {
    const response = await browserWith(core).send({ ...LEFT, events: [SHOWN, BOUGHT, ADDED] });
    expect(response.headers.getSetCookie()).toEqual([
      `cv_receipt=${REF}.batch00001.300985001-300985003; Max-Age=31536000; Path=/; Secure; SameSite=Lax`,
    ]);
  });

  it('lies on the domain of the visitor’s cookie and stays readable', async () => {
    const { send } = browserWith(core, { cookie: { domain: '.shop.example', maxAge: 60, httpOnly: true } });
    const [cookie] = (await send(BATCH)).headers.getSetCookie();
    expect(cookie).toContain('; Max-Age=60; Domain=.shop.example; Path=/; Secure; SameSite=Lax');
    expect(cookie).not.toMatch(/httponly|visitor-1/i);
  });

  it('is added to, and left alone when it says everything already', async () => {
    const { send } = browserWith(core);
    const first = cookiesOf(await send(LEFT))[RECEIPT_COOKIE];
    const second = await send({ ...LEFT, id: 'batch00002', events: [BOUGHT] }, withReceipt(first));
    expect(receiptOf(second)).toEqual({
      visitorRef: REF,
      batchIds: ['batch00002', 'batch00001'],
      goalIds: ['300985003', '300985001'],
    });
    const third = await send({ events: [SHOWN] }, withReceipt(cookiesOf(second)[RECEIPT_COOKIE]));
    expect(third.headers.getSetCookie()).toEqual([]);
  });

  it('keeps a goal from being counted again, by whichever process', async () => {
    const first = await browserWith(core).sendEvents([BOUGHT]);
    const elsewhere = sampleCore({ transport });
    const { sendEvents } = browserWith(elsewhere);
    const again = await sendEvents([BOUGHT], withReceipt(cookiesOf(first)[RECEIPT_COOKIE]));
    expect(await outcome(again)).toEqual([202, { accepted: 0, rejected: [{ index: 0, reason: 'deduplicated' }] }]);
    const forced = await sendEvents(
      [{ ...BOUGHT, forceMultiple: true, revenue: 1 }],
      withReceipt(cookiesOf(first)[RECEIPT_COOKIE]),
    );
    expect(await outcome(forced)).toEqual([202, { accepted: 1, rejected: [] }]);
    await elsewhere.flush();
    expect(await counted()).toBe(2);
  });

  it('is made up for when the browser has lost it', async () => {
    const { sendEvents } = browserWith(core);
    await sendEvents([BOUGHT]);
    const again = await sendEvents([BOUGHT]);
    expect(await outcome(again.clone())).toMatchObject([202, { accepted: 0 }]);
    expect(receiptOf(again).goalIds).toEqual(['300985003']);
  });

  it('of somebody else keeps nothing from being counted', async () => {
    const others = cookiesOf(await browserWith(core).send(BATCH, { cookie: 'cv_vid=visitor-2' }))[RECEIPT_COOKIE];
    const mine = await browserWith(core).send({ ...BATCH, id: 'batch00002', events: [ADDED] }, withReceipt(others));
    expect(await outcome(mine)).toEqual([202, { accepted: 1, rejected: [] }]);
  });

  it.each(['', 'nonsense', `${REF}.batch00001`, `${REF}.batch00001.<script>`, 'x'.repeat(5_000)])(
    'is written anew when the cookie is %j',
    async (value) => {
      const response = await browserWith(core).send(LEFT, withReceipt(value));
      expect(await outcome(response.clone())).toEqual([202, TAKEN]);
      expect(receiptOf(response)).toEqual({ visitorRef: REF, batchIds: ['batch00001'], goalIds: ['300985001'] });
    },
  );

  it('is not written for what was refused', async () => {
    const { send } = browserWith(core, { consent: () => 'pending' });
    expect((await send(BATCH)).headers.getSetCookie()).toEqual([]);
    const unknown = await browserWith(core).sendEvents([{ ...BOUGHT, goalKey: 'no-such-goal' }]);
    expect(unknown.headers.getSetCookie()).toEqual([]);
  });
});
