import { describe, expect, it } from 'vitest';
import { createUserAgentParser, isBot, recognizeVisitor } from '../src/index.ts';
import { BOTS, PEOPLE } from './user-agents.ts';

const isBotAs = (userAgent: string) => isBot({ headers: new Headers({ 'user-agent': userAgent }) });

describe('a bot', () => {
  it.each(Object.entries(BOTS))('is recognised: %s', (_kind, userAgents) => {
    expect(userAgents.filter((userAgent) => !isBotAs(userAgent))).toEqual([]);
  });

  it('is whoever does not say who they are', () => {
    expect(isBot({ headers: new Headers() })).toBe(true);
    expect(isBotAs('')).toBe(true);
    expect(isBotAs('  ')).toBe(true);
  });
});

describe('a person', () => {
  it.each(Object.entries(PEOPLE))('is not taken for a bot: %s', (_kind, userAgents) => {
    expect(userAgents.filter(isBotAs)).toEqual([]);
  });
});

describe('a parser that a server keeps', () => {
  it('takes nobody for something else', () => {
    const parse = createUserAgentParser();
    for (const userAgent of ['', ...Object.values(BOTS).flat(), ...Object.values(PEOPLE).flat()]) {
      for (const _ of ['parsed', 'remembered']) expect(parse(userAgent).isBot, userAgent).toBe(isBotAs(userAgent));
    }
  });

  it('tells whose visits count, unless the application says that itself', () => {
    const [googlebot = ''] = Object.values(BOTS).flat();
    const request = { url: null, headers: new Headers({ 'user-agent': googlebot, cookie: 'cv_vid=visitor-1' }) };
    const parseUserAgent = createUserAgentParser();
    expect(recognizeVisitor({ ...request, parseUserAgent })).toMatchObject({ isBot: true, visitorId: null });
    expect(recognizeVisitor({ ...request, parseUserAgent }, { isBot: () => false })).toMatchObject({
      isBot: false,
      visitorId: 'visitor-1',
    });
    expect(recognizeVisitor({ ...request, parseUserAgent: () => ({ isBot: false }) }).isBot).toBe(false);
  });
});

describe('a user agent without end', () => {
  const browser = PEOPLE.desktop?.[0] ?? '';

  it('counts as what its beginning says', () => {
    expect(isBotAs(`${browser}${' and more'.repeat(10_000)} Googlebot`)).toBe(false);
    expect(isBotAs(`Googlebot/2.1 ${browser.repeat(1_000)}`)).toBe(true);
  });

  it.each([
    ['openings', `Mozilla/5.0 ${'(a('.repeat(30_000)}`],
    ['words', 'a '.repeat(50_000)],
    ['one word', 'a'.repeat(100_000)],
    ['numbers', `Mozilla/5.0 (${'1.1.'.repeat(30_000)}`],
    ['letters beyond ASCII', 'é'.repeat(100_000)],
  ])('costs little time: %s', (_what, userAgent) => {
    const started = performance.now();
    for (let i = 0; i < 200; i++) isBotAs(userAgent);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
