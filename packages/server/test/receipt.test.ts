import { parseSetCookie, stringifySetCookie } from 'cookie';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goalIdOf, type Receipt, readReceipt, receiptCookie, withArrived } from '../src/receipt.ts';
import { visitorRefOf } from '../src/visitor-id.ts';
import { sampleCore } from './sample-project.ts';

const REF = await visitorRefOf('visitor-1');
const PAGE = { url: new URL('https://shop.example/cart'), headers: new Headers() };
const EMPTY: Receipt = { visitorRef: REF, batchIds: [], goalIds: [] };

const written = (receipt: Receipt) => receiptCookie(receipt, PAGE).value;
const numbered = (count: number, prefix: string) => Array.from({ length: count }, (_, at) => `${prefix}${at + 10}`);

describe('a receipt', () => {
  it('comes back as it was written', () => {
    const receipt = withArrived(EMPTY, { batchId: 'batch0001', goalIds: ['300985003', '300985001'] });
    expect(written(receipt)).toBe(`${REF}.batch0001.300985001-300985003`);
    expect(readReceipt(written(receipt), REF)).toEqual(receipt);
  });

  it('may name batches without goals and goals without batches', () => {
    for (const arrived of [{ batchId: 'batch0001' }, { goalIds: ['1'] }, {}]) {
      const receipt = withArrived(EMPTY, arrived);
      expect(readReceipt(written(receipt), REF)).toEqual(receipt);
    }
  });

  it('has the newest in front, and the ten newest batches and forty newest goals only', () => {
    let receipt = EMPTY;
    for (const batchId of numbered(15, 'batch000')) receipt = withArrived(receipt, { batchId });
    for (const goalId of numbered(50, 'goal')) receipt = withArrived(receipt, { goalIds: [goalId] });
    expect([receipt.batchIds.length, receipt.batchIds[0]]).toEqual([10, 'batch00024']);
    expect([receipt.goalIds.length, receipt.goalIds[0]]).toEqual([40, 'goal59']);
    expect(readReceipt(written(receipt), REF)).toEqual(receipt);
  });

  it('fits into a cookie when it is as long as it can be, and is still read', () => {
    let receipt = EMPTY;
    for (const id of numbered(40, 'x'.repeat(30))) receipt = withArrived(receipt, { batchId: id, goalIds: [id] });
    expect(written(receipt).length).toBeLessThan(2_048);
    expect(readReceipt(written(receipt), REF)).toEqual(receipt);
  });

  it('is the same object when nothing new has arrived', () => {
    const receipt = withArrived(EMPTY, { batchId: 'batch0001', goalIds: ['1'] });
    expect(withArrived(receipt, { batchId: 'batch0001', goalIds: ['1', '1'] })).toBe(receipt);
    expect(withArrived(receipt, {})).toBe(receipt);
    expect(withArrived(receipt, { goalIds: ['2'] })).not.toBe(receipt);
  });

  it('leaves out ids that its cookie could not hold', () => {
    const goalIds = ['a-b', 'a.b', 'a;b', '', 'é', 'x'.repeat(33)];
    expect(withArrived(EMPTY, { batchId: 'short', goalIds })).toBe(EMPTY);
  });

  it('of another visitor tells of batches only, which are nobody else’s', async () => {
    const receipt = withArrived(EMPTY, { batchId: 'batch0001', goalIds: ['1'] });
    const other = await visitorRefOf('visitor-2');
    expect(readReceipt(written(receipt), other)).toEqual({ visitorRef: other, batchIds: ['batch0001'], goalIds: [] });
  });

  it.each([
    ['absent', undefined],
    ['null', null],
    ['empty', ''],
    ['a ref alone', REF],
    ['without goals', `${REF}.batch0001`],
    ['with a fourth part', `${REF}.batch0001.1.2`],
    ['with a batch id that is too short', `${REF}.b1.1`],
    ['with a batch id that is too long', `${REF}.${'b'.repeat(33)}.1`],
    ['with an empty id', `${REF}.batch0001-.1`],
    ['with too many batches', `${REF}.${numbered(11, 'batch000').join('-')}.1`],
    ['with too many goals', `${REF}.batch0001.${numbered(41, '').join('-')}`],
    ['with markup', `${REF}.batch0001.<script>`],
    ['with an encoded line break', `${REF}.batch0001.1%0d%0a2`],
    ['with a real line break', `${REF}.batch0001.1\n`],
    ['endless', `${REF}.${'batch0001-'.repeat(100_000)}`],
    ['an object', '{"goalIds":["1"]}'],
  ])('is empty when the cookie is %s', (_what, value) => {
    expect(readReceipt(value, REF)).toEqual(EMPTY);
  });

  it('survives any cookie, and never holds an id of another form', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 300 }), fc.stringMatching(/^[-.a-z0-9]{0,80}$/)), (value) => {
        const { batchIds, goalIds } = readReceipt(`${REF}.${value}`, REF);
        for (const id of batchIds) expect(id).toMatch(/^[A-Za-z0-9]{8,32}$/);
        for (const id of goalIds) expect(id).toMatch(/^[A-Za-z0-9_]{1,32}$/);
      }),
    );
  });
});

describe('the receipt’s cookie', () => {
  it('lies beside the visitor’s and can be read by scripts', () => {
    const cookie = receiptCookie(withArrived(EMPTY, { batchId: 'batch0001' }), PAGE, {
      domain: '.shop.example',
      httpOnly: true,
    });
    expect(cookie).toEqual({
      name: 'cv_receipt',
      value: `${REF}.batch0001.`,
      path: '/',
      domain: '.shop.example',
      sameSite: 'lax',
      secure: true,
      httpOnly: false,
      maxAge: 31_536_000,
    });
    expect(parseSetCookie(stringifySetCookie(cookie))).toMatchObject({
      name: 'cv_receipt',
      value: `${REF}.batch0001.`,
      domain: '.shop.example',
    });
  });

  it('lives as long as the visitor’s, and is not Secure on http', () => {
    const page = { url: new URL('http://localhost:3000/'), headers: new Headers() };
    expect(receiptCookie(EMPTY, page, { maxAge: 86_400 })).toMatchObject({ maxAge: 86_400, secure: false });
  });
});

describe('the id of a goal', () => {
  it('is found by its key, and by nothing else', () => {
    const core = sampleCore();
    expect(goalIdOf(core, 'purchase')).toBe('300985003');
    for (const key of ['300985003', 'no-such-goal', '__proto__', 'constructor', ''])
      expect(goalIdOf(core, key)).toBeNull();
  });
});
