import { type Consent, hashText, type Privacy, type PrivacyScope } from '@convert-fullstack/core';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  carriedVisitorId,
  isVisitorId,
  type RequestSource,
  recognizeVisitor,
  requestSource,
  type VisitorOptions,
  visitorHeaders,
} from '../src/index.ts';
import { BOTS, PEOPLE } from './user-agents.ts';

const BROWSER = PEOPLE.desktop?.[0] ?? '';
const NO_PRIVACY: Privacy = { globalPrivacyControl: 'OFF', doNotTrack: 'OFF' };

function recognize(
  headers: Record<string, string>,
  options: VisitorOptions = {},
  { privacy = NO_PRIVACY, method = 'GET' }: { privacy?: Privacy | null | undefined; method?: string } = {},
) {
  const url = new URL('https://shop.example/pricing');
  return recognizeVisitor(
    { url, method, privacy, headers: new Headers({ 'user-agent': BROWSER, ...headers }) },
    options,
  );
}

describe('the visitor of a request', () => {
  it('is the one of its cookie', () => {
    expect(recognize({ cookie: 'theme=dark; cv_vid=visitor-1; cart=3' })).toEqual({
      visitorId: 'visitor-1',
      consent: 'granted',
      isBot: false,
      isNew: false,
      isProvisional: false,
    });
  });

  it('is nobody yet without a cookie: no id is made up', () => {
    expect(recognize({})).toMatchObject({ visitorId: null, consent: 'granted', isBot: false, isNew: true });
  });

  it.each([
    ['empty', 'cv_vid='],
    ['without a value', 'cv_vid'],
    ['129 characters long', `cv_vid=${'a'.repeat(129)}`],
    ['8,000 characters long', `cv_vid=${'a'.repeat(8_000)}`],
    ['with a space', 'cv_vid=a b'],
    ['with an encoded line break', 'cv_vid=a%0d%0aSet-Cookie:x=1'],
    ['with markup', 'cv_vid=<script>alert(1)</script>'],
    ['with encoded markup', 'cv_vid=%3Cscript%3E'],
    ['with non-ASCII letters', 'cv_vid=%C3%A9t%C3%A9'],
    ['with a broken escape', 'cv_vid=%zz'],
    ['in quotes', 'cv_vid="visitor-1"'],
    ['of another name', 'xcv_vid=visitor-1; cv_vidx=visitor-1; CV_VID=visitor-1'],
    ['inside another cookie', 'note=cv_vid=visitor-1'],
    ['a whole object', 'cv_vid={"id":1}'],
  ])('is nobody when the cookie is %s', (_what, cookie) => {
    expect(recognize({ cookie })).toMatchObject({ visitorId: null, isNew: true });
  });

  it('is the first valid one when the cookie is there several times', () => {
    expect(recognize({ cookie: 'cv_vid=<bad>; a=1; cv_vid=second; cv_vid=third' }).visitorId).toBe('second');
    expect(recognize({ cookie: 'cv_vid=first; cv_vid=<bad>' }).visitorId).toBe('first');
  });

  it('may come in a cookie that was encoded', () => {
    expect(recognize({ cookie: `cv_vid=${encodeURIComponent('user@shop.example|1')}` }).visitorId).toBe(
      'user@shop.example|1',
    );
  });

  it('can live in a cookie of another name', () => {
    expect(recognize({ cookie: 'cv_vid=a; shop=b' }, { cookie: { name: 'shop' } }).visitorId).toBe('b');
    expect(recognize({ cookie: '__proto__=a; constructor=b' }).visitorId).toBeNull();
    expect(recognize({ cookie: 'constructor=b' }, { cookie: { name: 'toString' } }).visitorId).toBeNull();
  });

  it('never has an id that could not go back into a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (value) => {
        const { visitorId } = recognize({ cookie: `cv_vid=${encodeURIComponent(value)}` });
        expect(visitorId === null || isVisitorId(visitorId)).toBe(true);
      }),
    );
  });
});

describe('the application’s own id', () => {
  it('wins over the cookie’s', () => {
    const visitorId = ({ cookies }: RequestSource) => cookies.get('user');
    expect(recognize({ cookie: 'cv_vid=a; user=u-1' }, { visitorId })).toMatchObject({
      visitorId: 'u-1',
      isNew: false,
    });
    expect(recognize({ cookie: 'user=u-1' }, { visitorId })).toMatchObject({ visitorId: 'u-1', isNew: true });
    expect(recognize({ cookie: 'cv_vid=a' }, { visitorId }).visitorId).toBe('a');
  });

  it.each([null, undefined, '', 'a b', 'a\r\nset-cookie: x=1', 'é', 'x'.repeat(129), 7, {}, Promise.resolve('a')])(
    'is ignored when it is %j',
    (own) => {
      // What an application that is not type-checked may return.
      const visitorId = () => own as string | null;
      expect(recognize({ cookie: 'cv_vid=a' }, { visitorId }).visitorId).toBe('a');
      expect(recognize({}, { visitorId }).visitorId).toBeNull();
    },
  );

  it('may come in a header, from an app for phones or another server', () => {
    const visitorId = ({ headers }: RequestSource) => carriedVisitorId(headers);
    const sent = visitorHeaders('phone-7');
    expect(recognize(sent, { visitorId })).toMatchObject({ visitorId: 'phone-7', isBot: false });
    expect(recognize({ ...sent, cookie: 'cv_vid=a' }, { visitorId }).visitorId).toBe('phone-7');
    expect(recognize({ 'x-convert-visitor': 'two words', cookie: 'cv_vid=a' }, { visitorId }).visitorId).toBe('a');
  });

  it('may be what a request looks like, where nothing else stays the same', () => {
    const hashOf = ({ headers }: RequestSource) =>
      `f-${hashText(`${headers.get('x-forwarded-for')} ${headers.get('user-agent')}`)}`;
    const of = (address: string) => recognize({ 'x-forwarded-for': address }, { visitorId: hashOf }).visitorId;
    expect(of('203.0.113.7')).toBe(of('203.0.113.7'));
    expect(of('203.0.113.7')).not.toBe(of('203.0.113.8'));
  });

  it('is not asked for when it may not be used', () => {
    const visitorId = vi.fn(() => 'u-1');
    recognize({}, { visitorId, consent: () => 'denied' });
    recognize({ 'user-agent': 'Googlebot/2.1' }, { visitorId });
    recognize({}, { visitorId }, { method: 'HEAD' });
    expect(visitorId).not.toHaveBeenCalled();
    recognize({}, { visitorId, consent: () => 'pending' });
    expect(visitorId).toHaveBeenCalledTimes(1);
  });
});

describe('what the application’s functions read', () => {
  it('is the page’s URL, the headers, and decoded cookies', () => {
    let seen: RequestSource | undefined;
    const consent = (request: RequestSource): Consent => {
      seen = request;
      return 'granted';
    };
    recognize({ cookie: 'a=1; b=%C3%A9; a=2; broken=%zz; __proto__=x', 'x-own': 'yes' }, { consent });
    expect(seen?.url?.pathname).toBe('/pricing');
    expect(seen?.headers.get('x-own')).toBe('yes');
    expect([...(seen?.cookies ?? [])]).toEqual([
      ['a', '1'],
      ['b', 'é'],
      ['broken', '%zz'],
      ['__proto__', 'x'],
    ]);
  });

  it('is parsed once for everybody who asks', () => {
    const headers = new Headers({ 'user-agent': BROWSER, cookie: 'cv_vid=a; consent=yes' });
    const source = requestSource({ url: null, headers });
    headers.set('cookie', 'cv_vid=b');
    const seen: RequestSource[] = [];
    const visitor = recognizeVisitor(
      { ...source, privacy: NO_PRIVACY },
      {
        consent(request) {
          seen.push(request);
          return 'granted';
        },
        isBot(request) {
          seen.push(request);
          return false;
        },
      },
    );
    expect(visitor.visitorId).toBe('a');
    expect(seen.every(({ cookies }) => cookies === source.cookies)).toBe(true);
    expect(seen).toHaveLength(2);
  });

  it('may make them throw, which the caller hears of', () => {
    const fail = () => {
      throw new RangeError('no session');
    };
    for (const options of [{ visitorId: fail }, { consent: fail }, { isBot: fail }]) {
      expect(() => recognize({}, options)).toThrow(new RangeError('no session'));
    }
  });
});

describe('consent', () => {
  const cookie = 'cv_vid=a';

  it('is granted where nobody asks for it', () => {
    expect(recognize({ cookie })).toMatchObject({ consent: 'granted', visitorId: 'a' });
  });

  it('keeps the id of a request while it is pending, and makes none up', () => {
    expect(recognize({ cookie }, { consent: () => 'pending' })).toMatchObject({ consent: 'pending', visitorId: 'a' });
    expect(recognize({}, { consent: () => 'pending' })).toMatchObject({ consent: 'pending', visitorId: null });
  });

  it('leaves nobody when it is denied', () => {
    expect(recognize({ cookie }, { consent: () => 'denied' })).toEqual({
      visitorId: null,
      consent: 'denied',
      isBot: false,
      isNew: false,
      isProvisional: false,
    });
  });

  it.each([undefined, null, '', 'yes', 'GRANTED', true, 1, {}, Promise.resolve('granted')])(
    'is pending when the application answers %j',
    (answer) => {
      // What an application that is not type-checked may return.
      expect(recognize({ cookie }, { consent: () => answer as Consent }).consent).toBe('pending');
    },
  );
});

describe('privacy signals', () => {
  const signals = { globalPrivacyControl: { 'sec-gpc': '1' }, doNotTrack: { dnt: '1' } };
  const names = ['globalPrivacyControl', 'doNotTrack'] as const;
  const countries = { FR: 'AT DE FR GR HR IE SE', NO: 'IS LI NO', US: 'US GB CH CA JP TR UA', unknown: 'XX T1' };
  const denied: Record<PrivacyScope, readonly (keyof typeof countries)[]> = {
    OFF: [],
    'EU ONLY': ['FR', 'unknown'],
    'EEA ONLY': ['FR', 'NO', 'unknown'],
    Worldwide: ['FR', 'NO', 'US', 'unknown'],
  };
  const scopes = Object.keys(denied) as PrivacyScope[];
  const table = names.flatMap((name) =>
    scopes.flatMap((scope) =>
      (Object.keys(countries) as (keyof typeof countries)[]).map((group) => ({
        name,
        scope,
        group,
        consent: denied[scope].includes(group) ? 'denied' : 'granted',
      })),
    ),
  );

  it.each(table)('$name, $scope, country like $group: $consent', ({ name, scope, group, consent }) => {
    const privacy = { ...NO_PRIVACY, [name]: scope };
    for (const country of countries[group].split(' ')) {
      const headers = { cookie: 'cv_vid=a', 'cf-ipcountry': country };
      expect(recognize({ ...headers, ...signals[name] }, {}, { privacy }), country).toMatchObject({
        consent,
        visitorId: consent === 'denied' ? null : 'a',
        isProvisional: false,
      });
      // The other signal, or none, is no reason.
      const [other] = names.filter((one) => one !== name);
      expect(recognize({ ...headers, ...signals[other ?? name] }, {}, { privacy }).consent).toBe('granted');
      expect(recognize(headers, {}, { privacy }).consent).toBe('granted');
    }
  });

  it('count from every country when none is known', () => {
    const privacy: Privacy = { ...NO_PRIVACY, doNotTrack: 'EU ONLY' };
    expect(recognize({ dnt: '1' }, {}, { privacy }).consent).toBe('denied');
  });

  it('come before what the application says, and never make consent of it', () => {
    const privacy: Privacy = { ...NO_PRIVACY, globalPrivacyControl: 'Worldwide' };
    const consent = vi.fn((): Consent => 'granted');
    expect(recognize({ 'sec-gpc': '1' }, { consent }, { privacy }).consent).toBe('denied');
    expect(consent).not.toHaveBeenCalled();
    expect(recognize({ 'sec-gpc': '0' }, { consent: () => 'denied' }, { privacy }).consent).toBe('denied');
  });

  it.each(['0', '', 'true', '11', '1, 1', 'unset'])('are not meant by %j', (value) => {
    const privacy: Privacy = { globalPrivacyControl: 'Worldwide', doNotTrack: 'Worldwide' };
    expect(recognize({ 'sec-gpc': value, dnt: value }, {}, { privacy }).consent).toBe('granted');
  });

  it.each([null, undefined])('are honoured for this request while the settings are unknown (%s)', (privacy) => {
    const headers = new Headers({ 'user-agent': BROWSER, cookie: 'cv_vid=a' });
    const consentOf = (options: VisitorOptions) =>
      recognizeVisitor({ url: null, headers: new Headers([...headers, ['sec-gpc', '1']]), privacy }, options);
    expect(consentOf({})).toMatchObject({ consent: 'pending', visitorId: null, isProvisional: true });
    expect(consentOf({ consent: () => 'pending' })).toMatchObject({ consent: 'pending', isProvisional: true });
    expect(consentOf({ consent: () => 'denied' })).toMatchObject({ consent: 'denied', isProvisional: false });
    expect(recognizeVisitor({ url: null, headers, privacy })).toMatchObject({ consent: 'granted', visitorId: 'a' });
  });
});

describe('a bot', () => {
  const cookie = 'cv_vid=a';

  it('is nobody, whatever its cookie says', () => {
    for (const userAgent of Object.values(BOTS).flat()) {
      expect(recognize({ cookie, 'user-agent': userAgent })).toMatchObject({ isBot: true, visitorId: null });
    }
    expect(recognizeVisitor({ url: null, headers: new Headers({ cookie }) })).toMatchObject({ isBot: true });
  });

  it('is whoever sends a HEAD request', () => {
    expect(recognize({ cookie }, {}, { method: 'HEAD' })).toMatchObject({ isBot: true, visitorId: null });
    expect(recognize({ cookie }, { isBot: () => false }, { method: 'HEAD' })).toMatchObject({ isBot: true });
  });

  it('is whom the application takes for one', () => {
    const isUptime = ({ headers }: RequestSource) => headers.has('x-uptime');
    expect(recognize({ cookie, 'x-uptime': '1' }, { isBot: isUptime })).toMatchObject({ isBot: true, visitorId: null });
    expect(recognize({ cookie, 'user-agent': 'Googlebot/2.1' }, { isBot: isUptime })).toMatchObject({
      isBot: false,
      visitorId: 'a',
    });
  });

  it('is not looked for when consent is denied', () => {
    const isBot = vi.fn(() => true);
    expect(recognize({ cookie }, { consent: () => 'denied', isBot })).toMatchObject({ isBot: false });
    expect(isBot).not.toHaveBeenCalled();
    recognize({ cookie }, { consent: () => 'pending', isBot });
    expect(isBot).toHaveBeenCalledTimes(1);
  });
});
