import type { Attributes, Context, Core } from '@convert-fullstack/core';
import {
  ConvertError,
  isReportable,
  type RelayConversion,
  type RelayError,
  type RelayEvent,
  type RelayExposure,
  type RelayReceipt,
  type RelayTraits,
} from '@convert-fullstack/core/bridge';
import { goalIdOf } from '../receipt.ts';
import { parseEvent } from '../relay-schema.ts';
import type { BrowserConversions } from './options.ts';

export interface EventsToTake {
  readonly core: Core;
  readonly visitorId: string;
  /** Report segments, as the request tells them. */
  readonly segments: Attributes;
  /** The page was made for another visitor: what it showed and what it knows is not this one's. */
  readonly isPageOfOther: boolean;
  /** Goals that the visitor's receipt names. */
  readonly knownGoalIds: readonly string[];
  readonly allowed: BrowserConversions;
  /** The browser previews variations: nothing is counted. */
  readonly isPreview: boolean;
}

export interface TakenEvents {
  readonly receipt: RelayReceipt;
  /** Goals that the visitor has reached by now. */
  readonly goalIds: readonly string[];
}

interface Taking extends EventsToTake {
  /** With the report segments. */
  readonly context: Context;
  /** Without: what is set here is stored. */
  readonly own: Context;
  readonly reached: Set<string>;
}

/** How much a browser may make a visitor's record hold of attributes, and of segments: characters of names and texts. */
const TRAITS_MAX_LENGTH = 4_096;

/** Tracks what can be tracked, and says why the rest was not; one bad event does not spoil the others. */
export async function takeEvents(unchecked: readonly unknown[], given: EventsToTake): Promise<TakenEvents> {
  const { core, visitorId, segments } = given;
  const events = unchecked.map(parseEvent);
  const context = await core.loadContext(visitorId, segments);
  const own = events.some((event) => event?.type === 'attributes') ? await core.loadContext(visitorId) : context;
  const taking: Taking = { ...given, context, own, reached: new Set() };
  const reasons = events.map((event) => takeEvent(event, taking));
  const rejected = reasons.flatMap((reason, index) => (reason === null ? [] : [{ index, reason }]));
  return { receipt: { accepted: events.length - rejected.length, rejected }, goalIds: [...taking.reached] };
}

/** `null` when the event was taken over, otherwise why not. */
function takeEvent(event: RelayEvent | null, taking: Taking): string | null {
  if (event === null) return 'event_invalid';
  if (taking.isPreview) return 'preview';
  if (event.type === 'conversion') return takeConversion(event, taking);
  if (taking.isPageOfOther) return 'visitor_changed';
  if (event.type === 'exposure') return takeExposure(event, taking);
  return event.type === 'error' ? takeError(event, taking) : takeTraits(event, taking);
}

function takeExposure({ experienceId, variationId }: RelayExposure, { core, context }: Taking): string | null {
  if (core.assignment(experienceId, variationId) === null) return 'assignment_unknown';
  context.expose({ experienceId, variationId });
  return null;
}

function takeError({ experienceId, variationId }: RelayError, { core, context }: Taking): string | null {
  if (core.assignment(experienceId, variationId) === null) return 'assignment_unknown';
  context.reportError({ experienceId, variationId });
  return null;
}

function takeConversion(event: RelayConversion, taking: Taking): string | null {
  const { core, context, knownGoalIds, isPageOfOther, reached } = taking;
  const { type: _, goalKey, exposed = {}, ...options } = event;
  const goalId = goalIdOf(core, goalKey);
  if (goalId === null) return 'goal_not_found';
  const forbidden = forbiddenIn(event, taking.allowed);
  if (forbidden !== null) return forbidden;
  if (!options.forceMultiple && knownGoalIds.includes(goalId)) return 'deduplicated';
  const shown = Object.entries(isPageOfOther ? {} : exposed).filter((pair) => core.assignment(...pair) !== null);
  try {
    const { reason } = context.trackConversion(goalKey, { ...options, exposed: Object.fromEntries(shown) });
    if (reason === null || reason === 'deduplicated') reached.add(goalId);
    return reason;
  } catch (error) {
    if (error instanceof ConvertError) return error.code;
    throw error;
  }
}

function forbiddenIn(
  { goalKey, revenue, conversionData, forceMultiple }: RelayConversion,
  allowed: BrowserConversions,
): string | null {
  const hasRevenue = revenue !== undefined || conversionData?.amount !== undefined;
  if (hasRevenue && !allows(allowed.revenue, goalKey)) return 'revenue_not_allowed';
  if (forceMultiple && !allows(allowed.forceMultiple, goalKey)) return 'repeat_not_allowed';
  return null;
}

function allows(rule: boolean | readonly string[] = true, goalKey: string): boolean {
  return typeof rule === 'boolean' ? rule : rule.includes(goalKey);
}

function takeTraits({ type, values }: RelayTraits, { own }: Taking): string | null {
  if (!Object.entries(values).every((trait) => isReportable(...trait))) return 'segment_invalid';
  const kept = type === 'attributes' ? own.attributes : own.defaultSegments;
  if (lengthOf({ ...kept, ...values }) > TRAITS_MAX_LENGTH) return 'traits_too_large';
  if (type === 'attributes') own.setAttributes(values);
  else own.setSegments(values);
  return null;
}

function lengthOf(traits: Attributes): number {
  let length = 0;
  for (const [name, value] of Object.entries(traits)) {
    length += name.length + (typeof value === 'string' ? value.length : 1);
  }
  return length;
}
