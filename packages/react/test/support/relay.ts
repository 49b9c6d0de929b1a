import type {
  RelayBatch,
  RelayConsent,
  RelayConversion,
  RelayEvent,
  RelayExposure,
  RelayTraits,
} from '@convert-fullstack/core/bridge';
import { vi } from 'vitest';

interface RecordedRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly body: RelayBatch & Partial<RelayConsent>;
  readonly events: readonly RelayEvent[];
}

type Answer = number | Error | Promise<Response> | (() => Response);

/** Takes the place of the network: keeps every request and answers 202 unless told otherwise. */
export function recordRelay() {
  const requests: RecordedRequest[] = [];
  const answers: Answer[] = [];
  let standing: Answer = 202;
  let underWay = 0;
  let mostAtOnce = 0;

  const fetch = vi.fn(async (url: string, init: RequestInit) => {
    const body: RecordedRequest['body'] = JSON.parse(String(init.body));
    const events = body.events ?? [];
    requests.push({ url, init, body, events });
    underWay += 1;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    // An answer takes its time: what is sent meanwhile is sent at once with this.
    return Promise.resolve(answers.shift() ?? standing)
      .then((answer) => {
        if (answer instanceof Error) throw answer;
        if (typeof answer === 'function') return answer();
        if (typeof answer !== 'number') return answer;
        return Response.json({ accepted: events.length, rejected: [] }, { status: answer });
      })
      .finally(() => {
        underWay -= 1;
      });
  });
  vi.stubGlobal('fetch', fetch);

  const events = () => requests.flatMap((request) => request.events);
  const ofType = <Event extends RelayEvent>(...types: Event['type'][]) =>
    events().filter((event): event is Event => types.some((type) => type === event.type));
  return {
    requests,
    events,
    exposures: () => ofType<RelayExposure>('exposure'),
    conversions: () => ofType<RelayConversion>('conversion'),
    traits: () => ofType<RelayTraits>('attributes', 'segments'),
    /** Bodies of the requests that carried events, in order. */
    batches: () =>
      requests
        .filter(({ url, events }) => url.endsWith('/events') && events.length > 0)
        .map(({ body }) => contentOf(body)),
    /** What a page that was left has asked whether it has arrived. */
    questions: () => requests.filter(({ url, events }) => url.endsWith('/events') && events.length === 0),
    /** Bodies of the requests that carried an answer of the visitor, in order. */
    consents: () => requests.filter(({ url }) => url.endsWith('/consent')).map(({ body }) => body),
    /** How many requests were under way at the same time. */
    mostAtOnce: () => mostAtOnce,
    /** The next answers, in order. */
    answer: (...next: Answer[]) => void answers.push(...next),
    /** The answer to everything from now on. */
    alwaysAnswer: (answer: Answer) => {
      standing = answer;
    },
  };
}

/** What stays the same however often a batch is sent. */
function contentOf({ isLeaving: _, ...content }: RecordedRequest['body']): RecordedRequest['body'] {
  return content;
}
