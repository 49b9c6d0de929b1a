import type { Attributes } from '@convert-fullstack/core';
import { requestAttributes } from './request-attributes.ts';

const BROWSERS: ReadonlyMap<unknown, string> = new Map([
  ['chrome', 'CH'],
  ['firefox', 'FF'],
  ['internet explorer', 'IE'],
  ['opera', 'OP'],
  ['safari', 'SF'],
]);

const NO_VALUE = /(?!)/;
const VALUES: ReadonlyMap<string, RegExp> = new Map([
  ['browser', /^(?:CH|FF|IE|OP|OTH|SF)$/],
  ['campaign', /./s],
  ['country', /^[A-Za-z]{2}$/],
  ['source', /^(?:ai_tool|campaign|direct|referral|search)$/],
  ['visitorType', /^(?:new|returning)$/],
  // Lists on the wire; what comes from a browser is a single value.
  ['customSegments', NO_VALUE],
  ['devices', NO_VALUE],
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

/**
 * Whether the collector takes this value under this name. It refuses a request as a whole, so that one visitor's
 * wrong value would cost the events of others.
 */
export function isReportable(name: string, value: unknown): boolean {
  const form = VALUES.get(name);
  return form === undefined || (typeof value === 'string' && form.test(value));
}

function devicesOf(device: unknown, userAgent: string): readonly string[] | null {
  if (device === 'desktop') return ['DESK'];
  if (device === 'mobile') return ['ALLPH', userAgent.includes('(iPhone') ? 'IPH' : 'OTHPH'];
  if (device === 'tablet') return ['ALLTAB', userAgent.includes('(iPad') ? 'IPAD' : 'OTHTAB'];
  return null;
}
