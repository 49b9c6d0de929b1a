import { describe, expect, it } from 'vitest';
import { requestAttributes } from '../src/index.ts';

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const IPAD =
  'Mozilla/5.0 (iPad; CPU OS 15_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.5 Mobile/15E148 Safari/604.1';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

const of = (headers: Record<string, string>, url: string | null = 'https://shop.example/') =>
  requestAttributes({ url: url === null ? null : new URL(url), headers: new Headers(headers), isNew: false });

describe('request attributes', () => {
  it('describe the page for location rules', () => {
    const { locationAttributes } = of(
      { referer: 'https://mail.example/inbox' },
      'https://shop.example:8443/search/gr%C3%B6%C3%9Fe?q=boots&q=2',
    );
    expect(locationAttributes).toEqual({
      url: 'https://shop.example:8443/search/gr%C3%B6%C3%9Fe?q=boots&q=2',
      path: '/search/gr%C3%B6%C3%9Fe',
      hostname: 'shop.example',
      referrer: 'https://mail.example/inbox',
      query: 'q=boots&q=2',
      query_string: 'q=boots&q=2',
    });
  });

  it('describe the visitor for audience rules', () => {
    const { attributes } = of(
      {
        'user-agent': CHROME,
        'accept-language': 'de-CH,de;q=0.9,en;q=0.8',
        'cf-ipcountry': 'ch',
        referer: 'https://mail.example/',
      },
      'https://shop.example/?utm_source=mail&utm_medium=email&utm_campaign=autumn&utm_term=boots&utm_content=top&utm_id=7',
    );
    expect(attributes).toEqual({
      country: 'CH',
      device: 'desktop',
      browser: 'chrome',
      language: 'de',
      visitorType: 'returning',
      referrer: 'https://mail.example/',
      utm_source: 'mail',
      utm_medium: 'email',
      utm_campaign: 'autumn',
      utm_term: 'boots',
      utm_content: 'top',
    });
  });

  it('are absent, not empty, when the request does not tell', () => {
    expect(of({}, null)).toEqual({ attributes: { visitorType: 'returning' }, locationAttributes: {} });
    const { attributes, locationAttributes } = of(
      { 'user-agent': '', 'accept-language': '', 'cf-ipcountry': '', referer: '' },
      'https://shop.example/?utm_source=',
    );
    expect(attributes).toEqual({ visitorType: 'returning' });
    expect(Object.keys(locationAttributes)).toEqual(['url', 'path', 'hostname', 'query', 'query_string']);
  });

  it.each([
    [CHROME, 'desktop', 'chrome'],
    [IPHONE, 'mobile', 'safari'],
    [IPAD, 'tablet', 'safari'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0', 'desktop', 'firefox'],
    [GOOGLEBOT, undefined, 'googlebot'],
    ['curl/8.5.0', undefined, undefined],
  ])('read device and browser from %s', (userAgent, device, browser) => {
    const { attributes } = of({ 'user-agent': userAgent });
    expect([attributes.device, attributes.browser]).toEqual([device, browser]);
  });

  it('look at the beginning of an endless user agent only', () => {
    const firefox = 'Gecko/20100101 Firefox/131.0';
    expect(of({ 'user-agent': `Mozilla/5.0 ${'(a('.repeat(100)} ${firefox}` }).attributes.browser).toBe('firefox');
    expect(of({ 'user-agent': `Mozilla/5.0 ${'(a('.repeat(20_000)} ${firefox}` }).attributes.browser).not.toBe(
      'firefox',
    );
  });

  it.each(['x-vercel-ip-country', 'cloudfront-viewer-country', 'x-country-code', 'x-appengine-country'])(
    'take the country from %s',
    (name) => {
      expect(of({ [name]: 'AT' }).attributes.country).toBe('AT');
    },
  );

  it.each(['XX', 'T1', 'ZZ', 'DEU', 'D', '12', 'D E'])('do not take %j for a country', (country) => {
    expect(of({ 'cf-ipcountry': country }).attributes).not.toHaveProperty('country');
    expect(of({ 'cf-ipcountry': country, 'x-country-code': 'FR' }).attributes.country).toBe('FR');
  });

  it.each([
    ['en', 'en'],
    ['en-US,en;q=0.5', 'en'],
    ['fr;q=0.2, EN-GB;q=0.7, de;q=0.3', 'en'],
    ['*', undefined],
    ['*;q=0.5, it;q=0.4', 'it'],
    ['de;q=0', undefined],
    ['de;q=x', undefined],
    ['<script>', undefined],
  ])('take the preferred language of %j', (accepted, language) => {
    expect(of({ 'accept-language': accepted }).attributes.language).toBe(language);
  });

  it('say whether the visitor is new only when somebody knows', () => {
    const typeOf = (isNew?: boolean) => requestAttributes({ url: null, headers: new Headers(), isNew }).attributes;
    expect([typeOf(true), typeOf(false), typeOf()]).toEqual([{ visitorType: 'new' }, { visitorType: 'returning' }, {}]);
  });
});
