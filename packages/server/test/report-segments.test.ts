import { describe, expect, it } from 'vitest';
import { requestSegments } from '../src/report-segments.ts';

const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0';

const segmentsOf = (headers: Record<string, string>, page: string | null = 'https://shop.example/') =>
  requestSegments(page === null ? null : new URL(page), new Headers(headers));

describe('the report segments of a request', () => {
  it.each([
    ['Chrome', `Mozilla/5.0 (X11; Linux x86_64) ${CHROME} Safari/537.36`, 'CH', ['DESK']],
    ['Firefox', 'Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0', 'FF', ['DESK']],
    ['Internet Explorer', 'Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko', 'IE', ['DESK']],
    ['Opera', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 OPR/115.0`, 'OP', ['DESK']],
    ['Edge', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/131.0`, 'OTH', ['DESK']],
    ['Safari on an iPhone', `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${SAFARI}`, 'SF', ['ALLPH', 'IPH']],
    ['Safari on an iPad', `Mozilla/5.0 (iPad; CPU OS 15_5 like Mac OS X) ${SAFARI}`, 'SF', ['ALLTAB', 'IPAD']],
    [
      'an Android phone',
      `Mozilla/5.0 (Linux; Android 13; Pixel 7) ${CHROME} Mobile Safari/537.36`,
      'CH',
      ['ALLPH', 'OTHPH'],
    ],
    [
      'an Android tablet',
      `Mozilla/5.0 (Linux; Android 13; SM-X700) ${CHROME} Safari/537.36`,
      'CH',
      ['ALLTAB', 'OTHTAB'],
    ],
    ['something unknown', 'Frobnicator/1.0', 'OTH', undefined],
  ])('name %s in Convert’s codes', (_what, userAgent, browser, devices) => {
    expect(segmentsOf({ 'user-agent': userAgent })).toEqual({ browser, ...(devices && { devices }) });
  });

  it('have the country that the platform in front of the server names', () => {
    expect(segmentsOf({ 'cf-ipcountry': 'ch' })).toEqual({ country: 'CH' });
    expect(segmentsOf({ 'cf-ipcountry': 'XX' })).toEqual({});
  });

  it('name the campaign of the page’s own address', () => {
    expect(segmentsOf({}, 'https://shop.example/?utm_source=mail&utm_campaign=autumn')).toEqual({
      source: 'campaign',
      campaign: 'autumn',
    });
    expect(segmentsOf({}, 'https://shop.example/?utm_source=mail')).toEqual({ source: 'campaign' });
    expect(segmentsOf({}, 'https://shop.example/?utm_campaign=autumn')).toMatchObject({ source: 'campaign' });
    const endless = segmentsOf({}, `https://shop.example/?utm_campaign=${'x'.repeat(10_000)}`);
    expect(endless.campaign).toHaveLength(256);
  });

  it('guess nothing', () => {
    expect(segmentsOf({ 'user-agent': '' })).toEqual({});
    expect(segmentsOf({}, null)).toEqual({});
    expect(segmentsOf({}, 'https://shop.example/?utm_campaign=&utm_medium=email&q=autumn')).toEqual({});
    expect(segmentsOf({ referer: 'https://search.example/?q=boots', cookie: 'cv_vid=a' })).toEqual({});
  });
});
