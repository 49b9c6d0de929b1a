import type { Attributes } from '@convert-fullstack/core';
import { requestAttributes } from './request-attributes.ts';

const BROWSERS: ReadonlyMap<unknown, string> = new Map([
  ['chrome', 'CH'],
  ['firefox', 'FF'],
  ['internet explorer', 'IE'],
  ['opera', 'OP'],
  ['safari', 'SF'],
]);

const CAMPAIGN_LENGTH = 256;

/**
 * The segments that Convert reports by, in its own codes, as far as a request tells them. `page` is the page that the
 * request comes from, `null` when unknown. Whether the visitor is new is not known here: whoever reports has a cookie.
 */
export function requestSegments(page: URL | null, headers: Headers): Attributes {
  const { country, device, browser, utm_source, utm_campaign } = requestAttributes({ url: page, headers }).attributes;
  const userAgent = headers.get('user-agent') ?? '';
  const devices = devicesOf(device, userAgent);
  return {
    ...(country !== undefined && { country }),
    ...(userAgent !== '' && { browser: BROWSERS.get(browser) ?? 'OTH' }),
    ...(devices !== null && { devices }),
    ...((utm_source ?? utm_campaign) !== undefined && { source: 'campaign' }),
    ...(utm_campaign !== undefined && { campaign: String(utm_campaign).slice(0, CAMPAIGN_LENGTH) }),
  };
}

function devicesOf(device: unknown, userAgent: string): readonly string[] | null {
  if (device === 'desktop') return ['DESK'];
  if (device === 'mobile') return ['ALLPH', userAgent.includes('(iPhone') ? 'IPH' : 'OTHPH'];
  if (device === 'tablet') return ['ALLTAB', userAgent.includes('(iPad') ? 'IPAD' : 'OTHTAB'];
  return null;
}
