import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  carriedVisitorId,
  VISITOR_FIELD,
  VISITOR_HEADER,
  visitorHeaders,
  visitorMetadata,
} from '../src/visitor-carrier.ts';

const VISITOR = '5a1f5057-a703-49da-a8de-345f34b178ea';

function form(...fields: [name: string, value: string | Blob][]): FormData {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  return data;
}

describe('a visitor id is carried', () => {
  it('by metadata, from writing to reading, also through JSON', () => {
    const metadata = visitorMetadata(VISITOR);
    expect(metadata).toEqual({ cv_vid: VISITOR });
    expect(carriedVisitorId(metadata)).toBe(VISITOR);
    expect(carriedVisitorId(JSON.parse(JSON.stringify({ ...metadata, order: '1' })))).toBe(VISITOR);
  });

  it('by a header, from writing to reading', () => {
    const headers = visitorHeaders(VISITOR);
    expect(headers).toEqual({ 'x-convert-visitor': VISITOR });
    expect(carriedVisitorId(new Headers(headers))).toBe(VISITOR);
    expect(carriedVisitorId(new Request('https://orders.example/', { headers }))).toBe(VISITOR);
    // Node's `IncomingMessage.headers`.
    expect(carriedVisitorId({ host: 'orders.example', ...headers })).toBe(VISITOR);
  });

  it('by a form and by search parameters', () => {
    expect(carriedVisitorId(form(['email', 'a@shop.example'], [VISITOR_FIELD, VISITOR]))).toBe(VISITOR);
    expect(carriedVisitorId(new URLSearchParams({ [VISITOR_FIELD]: VISITOR }))).toBe(VISITOR);
  });

  it.each(['name', 'key'])('by a list of attributes with a %s', (nameOrKey) => {
    const attributes = [
      { [nameOrKey]: 'gift', value: 'yes' },
      { id: 7, [nameOrKey]: VISITOR_FIELD, value: VISITOR },
    ];
    expect(carriedVisitorId(attributes)).toBe(VISITOR);
  });

  it('by the first valid one of several', () => {
    expect(carriedVisitorId(form([VISITOR_FIELD, ''], [VISITOR_FIELD, VISITOR], [VISITOR_FIELD, 'other']))).toBe(
      VISITOR,
    );
    const attributes = ['<script>', VISITOR, 'other'].map((value) => ({ name: VISITOR_FIELD, value }));
    expect(carriedVisitorId(attributes)).toBe(VISITOR);
  });
});

describe('nobody is carried', () => {
  const throwing = {
    get [VISITOR_FIELD]() {
      throw new Error('no');
    },
  };
  const throwingProxy = new Proxy({}, { getOwnPropertyDescriptor: () => ({ configurable: true, value: fail() }) });
  const { proxy: revoked, revoke } = Proxy.revocable([], {});
  revoke();
  function fail(): never {
    throw new Error('no');
  }

  it.each([
    ['null', null],
    ['undefined', undefined],
    ['a text, even if it is an id', VISITOR],
    ['a number', 7],
    ['a function', () => VISITOR],
    ['an empty object', {}],
    ['an empty list', []],
    ['a number as id', { [VISITOR_FIELD]: 12_345 }],
    ['a list as id', { [VISITOR_FIELD]: [VISITOR] }],
    ['an object that pretends to be an id', { [VISITOR_FIELD]: { toString: () => VISITOR } }],
    ['an empty id', { [VISITOR_FIELD]: '' }],
    ['a long id', { [VISITOR_FIELD]: 'a'.repeat(129) }],
    ['a huge id', { [VISITOR_FIELD]: 'a'.repeat(5_000_000) }],
    ['an id with a line break', { [VISITOR_FIELD]: `${VISITOR}\r\nset-cookie: a=b` }],
    ['an inherited id', Object.create({ [VISITOR_FIELD]: VISITOR })],
    ['an id below __proto__', JSON.parse(`{"__proto__":{"${VISITOR_FIELD}":"${VISITOR}"}}`)],
    ['an id one level too deep', { metadata: { [VISITOR_FIELD]: VISITOR } }],
    ['a getter that throws', throwing],
    [
      'a list with a getter that throws',
      [Object.defineProperty({}, 'name', { get: fail }), { name: VISITOR_FIELD, value: VISITOR }],
    ],
    ['a proxy that throws', throwingProxy],
    ['a revoked proxy', revoked],
    ['a list of junk', [null, undefined, 1, 'cv_vid', [], [VISITOR_FIELD, VISITOR], { name: VISITOR_FIELD }, () => 1]],
    [
      'an attribute with an inherited value',
      [Object.assign(Object.create({ value: VISITOR }), { name: VISITOR_FIELD })],
    ],
    [
      'an attribute of another name',
      [
        { name: 'CV_VID', value: VISITOR },
        { key: 'cv_vid ', value: VISITOR },
      ],
    ],
    ['an endless list', Array.from({ length: 200_000 }, () => ({ name: 'x', value: VISITOR }))],
    ['a sparse list', Object.assign([], { length: 4_000_000_000 })],
    ['a file', form([VISITOR_FIELD, new Blob([VISITOR])])],
    [
      'a header sent twice',
      new Headers([
        [VISITOR_HEADER, VISITOR],
        [VISITOR_HEADER, 'other'],
      ]),
    ],
    ['a cookie', new Request('https://shop.example/', { headers: { cookie: `cv_vid=${VISITOR}` } })],
  ])('by %s', (_what, source) => {
    expect(carriedVisitorId(source)).toBeNull();
  });

  it('by anything that JSON can say and that is no valid id', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom(VISITOR_FIELD, 'name', 'key', 'value'),
        (value, name) => {
          for (const source of [value, { [name]: value }, [{ [name]: value }], [{ name: VISITOR_FIELD, value }]]) {
            const carried = carriedVisitorId(source);
            if (carried !== null) expect(carried).toMatch(/^[A-Za-z0-9._~:@+=|-]{1,128}$/);
          }
        },
      ),
    );
  });
});

describe('writing', () => {
  it.each(['', 'a b', 'a'.repeat(129), 'é', 'a\n', null, undefined, 7, {}])('refuses %j', (visitorId) => {
    for (const write of [visitorMetadata, visitorHeaders]) {
      expect(() => write(visitorId as string)).toThrow(expect.objectContaining({ code: 'visitor_id_invalid' }));
    }
  });

  it('does not quote the id that it refuses', () => {
    expect(() => visitorMetadata('jane doe <jane@shop.example>')).not.toThrow(/jane/);
  });
});
