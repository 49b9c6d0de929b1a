import type { ConversionEvent, ExposureEvent, VisitorEvent } from './delivery.ts';
import { labelOfId, type Project, pairLabels } from './project.ts';

/** All that was counted for one visitor, in the order of arrival: what was sent twice is here twice. */
export interface VisitorHistory {
  readonly visitorId: string;
  readonly exposures: readonly VisitorExposure[];
  readonly conversions: readonly VisitorConversion[];
}

/** Keys as in the project; the name or the id of what has no key. */
export interface VisitorExposure {
  readonly receivedAt: string;
  readonly experienceKey: string;
  readonly variationKey: string;
}

export interface VisitorConversion {
  readonly receivedAt: string;
  readonly goalKey: string;
  /** The values that came with it, such as `amount` and `transactionId`. */
  readonly values: Readonly<Record<string, string | number | readonly string[]>>;
  /** The variations that it names to be credited: keys of variations by keys of experiences. */
  readonly credited: Readonly<Record<string, string>>;
}

/** Accepted events by visitor, first come first. */
export function visitorHistories(events: readonly VisitorEvent[], project: Project): VisitorHistory[] {
  const histories = new Map<string, { exposures: VisitorExposure[]; conversions: VisitorConversion[] }>();
  for (const event of events) {
    const history = histories.get(event.visitorId) ?? { exposures: [], conversions: [] };
    histories.set(event.visitorId, history);
    if (event.eventType === 'bucketing') history.exposures.push(exposureOf(event, project));
    else history.conversions.push(conversionOf(event, project));
  }
  return [...histories].map(([visitorId, history]) => ({ visitorId, ...history }));
}

function exposureOf({ receivedAt, data }: ExposureEvent, project: Project): VisitorExposure {
  const [experienceKey, variationKey] = pairLabels(data.experienceId, data.variationId, project);
  return { receivedAt, experienceKey, variationKey };
}

function conversionOf({ receivedAt, data }: ConversionEvent, project: Project): VisitorConversion {
  const { goalId, goalData = [], bucketingData = {} } = data;
  const credited = Object.entries(bucketingData).map(([experienceId, variationId]) =>
    pairLabels(experienceId, variationId, project),
  );
  return {
    receivedAt,
    goalKey: labelOfId(goalId, project.goals),
    values: Object.fromEntries(goalData.map(({ key, value }) => [key, value])),
    credited: Object.fromEntries(credited),
  };
}
