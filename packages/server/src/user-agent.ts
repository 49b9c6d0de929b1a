import bowser from 'bowser';
import { isBotAgent } from './bots.ts';
import { recentMap } from './recent-map.ts';

/** What a user agent says about its device and browser; what it does not say is absent. */
export interface UserAgent {
  readonly device?: string;
  readonly browser?: string;
  /** As `isBot` of a request with it: nobody is looking. */
  readonly isBot: boolean;
}

export type ParseUserAgent = (userAgent: string) => UserAgent;

const DEVICES = new Set(['desktop', 'mobile', 'tablet']);

// Real ones are shorter; what comes after tells nothing and costs time in a hundred patterns.
const MAX_LENGTH = 512;
const REMEMBERED = 500;

export function parseUserAgent(userAgent: string): UserAgent {
  if (!userAgent) return { isBot: true };
  const parser = bowser.getParser(userAgent.slice(0, MAX_LENGTH), true);
  const device = parser.getPlatformType(true) ?? '';
  const browser = parser.getBrowserName(true) ?? '';
  const isBot = isBotAgent(userAgent);
  return { ...(DEVICES.has(device) && { device }), ...(browser && { browser }), isBot };
}

/**
 * Remembers the user agents of late: visitors have many, and few different ones. For a server to make once and to hand to
 * `recognizeVisitor` and `decideRequest`.
 *
 * @example
 * const parseUserAgent = createUserAgentParser();
 * const payload = await decideRequest(core, { ...request, parseUserAgent });
 */
export function createUserAgentParser(): ParseUserAgent {
  const known = recentMap<UserAgent>(REMEMBERED);
  return (userAgent) => {
    const name = userAgent.slice(0, MAX_LENGTH);
    let parsed = known.get(name);
    if (parsed === undefined) {
      parsed = parseUserAgent(name);
      known.set(name, parsed);
    }
    return parsed;
  };
}
