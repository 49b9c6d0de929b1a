import { isbot } from 'isbot';
import type { RequestSource } from './visitor-options.ts';

// Real ones are shorter; what comes after tells nothing and costs time in hundreds of patterns.
const USER_AGENT_LENGTH = 512;

// Programs that `isbot` takes for browsers because they say so: prerender services, uptime and performance checks,
// screenshots, crawlers, senders of webhooks; and programs that say what they are, but not in a form `isbot` knows.
const ALSO_BOTS =
  /prerender|rendertron|seo4ajax|brombone|uptime|nodeping|freshping|gtmetrix|debugbear|sitespeed|percy\/|sitebulb|hookshot|cfnetwork\/|^(?:dalvik|dart)\//i;

/**
 * Whether nobody is looking: crawlers, link previews, prerender services, uptime checks, scripts, and whoever does not say
 * who they are.
 *
 * @example
 * isBot: (request) => isBot(request) || request.headers.has('x-uptime-check')
 */
export function isBot({ headers }: Pick<RequestSource, 'headers'>): boolean {
  return isBotAgent(headers.get('user-agent') ?? '');
}

export function isBotAgent(userAgent: string): boolean {
  const start = userAgent.slice(0, USER_AGENT_LENGTH);
  return start === '' || isbot(start) || ALSO_BOTS.test(start);
}
