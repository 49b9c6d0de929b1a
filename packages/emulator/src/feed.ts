import type { ConversionEvent, Delivery, VisitorEvent } from './delivery.ts';
import { visitorEvents } from './delivery.ts';
import { labelOfId, type Project, pairLabels } from './project.ts';

/** One line of the dashboard's list of what arrived. */
export interface FeedItem {
  /** Grows with every item, so that a page can order and recognise them. */
  readonly sequence: number;
  readonly at: string;
  readonly kind: 'exposure' | 'conversion' | 'refused' | 'discarded';
  readonly visitorId: string | null;
  readonly subject: string;
  readonly detail: string;
}

export interface Feed {
  add(delivery: Delivery): readonly FeedItem[];
  latest(): readonly FeedItem[];
  clear(): void;
}

/** Turns deliveries into lines for people and remembers the last ones. */
export function createFeed(project: Project, size: number): Feed {
  let items: readonly FeedItem[] = [];
  let sequence = 0;
  return {
    add: (delivery) => {
      const added = describe(delivery, project)
        .slice(-size)
        .map((item) => ({ ...item, sequence: ++sequence }));
      items = [...items, ...added].slice(-size);
      return added;
    },
    latest: () => items,
    clear: () => {
      items = [];
    },
  };
}

type Line = Omit<FeedItem, 'sequence'>;

function describe(delivery: Delivery, project: Project): Line[] {
  if (delivery.status === 'accepted') return visitorEvents(delivery).map((event) => describeEvent(event, project));
  return [
    {
      at: delivery.receivedAt,
      kind: delivery.status,
      visitorId: null,
      subject: delivery.status === 'refused' ? `Refused with ${delivery.code}` : 'Discarded',
      detail: delivery.reason,
    },
  ];
}

function describeEvent(event: VisitorEvent, project: Project): Line {
  const line = { at: event.receivedAt, visitorId: event.visitorId };
  if (event.eventType === 'conversion') {
    const subject = labelOfId(event.data.goalId, project.goals);
    return { ...line, kind: 'conversion', subject, detail: describeConversion(event, project) };
  }
  const [subject, detail] = pairLabels(event.data.experienceId, event.data.variationId, project);
  return { ...line, kind: 'exposure', subject, detail };
}

function describeConversion({ data }: ConversionEvent, project: Project): string {
  const values = (data.goalData ?? []).map(({ key, value }) => `${key} ${[value].flat().join(', ')}`);
  const credits = Object.entries(data.bucketingData ?? {}).map(([experienceId, variationId]) =>
    pairLabels(experienceId, variationId, project).join(': '),
  );
  return [...values, ...credits].join(' · ');
}
