import type { TrackedEvent, TrackingBody, Transport } from '../ports.ts';

/** A config to serve, a status without one, or an Error for a request that gets no answer. */
export type ConfigAnswer = Readonly<Record<string, unknown>> | number | Error;

/** A status, alone or with headers, or an Error for a request that gets no answer. */
export type SendAnswer =
  | number
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | Error;

export interface SentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: TrackingBody;
  /** Status of the answer; `null` when there was none. */
  readonly status: number | null;
}

/** One event as it left, with its visitor. */
export type DeliveredEvent = TrackedEvent & { readonly visitorId: string };

export interface MemoryTransportOptions {
  /** Answers to requests for the config, in order; the last one is repeated. Default: 404. */
  readonly configs?: readonly ConfigAnswer[];
  /** Answers to tracking requests, in order; the last one is repeated. Default: 200. */
  readonly answers?: readonly SendAnswer[];
}

export interface MemoryTransport extends Transport {
  /** Requests for the config so far. */
  readonly configRequests: readonly Pick<SentRequest, 'url' | 'headers'>[];
  /** Tracking requests so far, failed ones included. */
  readonly sent: readonly SentRequest[];
  /** Events of the tracking requests that were answered with a 2xx status. */
  readonly events: readonly DeliveredEvent[];
  /** Replaces the answers to requests for the config. */
  serve(...configs: readonly ConfigAnswer[]): void;
  /** Replaces the answers to tracking requests. */
  answer(...answers: readonly SendAnswer[]): void;
}

/**
 * Convert in memory, for `new Core({ transport })`: answers as scripted and keeps what it was sent.
 *
 * @example
 * const transport = memoryTransport({ answers: [503, 200] });
 * const core = new Core({ data, transport });
 * // … run the code under test …
 * await core.flush();
 * transport.events; // [{ visitorId: 'v-1', eventType: 'conversion', data: { goalId: '…' } }]
 */
export function memoryTransport({ configs = [404], answers = [200] }: MemoryTransportOptions = {}): MemoryTransport {
  const configRequests: Pick<SentRequest, 'url' | 'headers'>[] = [];
  const sent: SentRequest[] = [];
  const events: DeliveredEvent[] = [];
  let configScript = [...configs];
  let sendScript = [...answers];
  return {
    configRequests,
    sent,
    events,
    serve(...next) {
      configScript = [...next];
    },
    answer(...next) {
      sendScript = [...next];
    },
    async fetchConfig({ url, headers }) {
      configRequests.push({ url, headers });
      const answer = nextOf(configScript);
      if (answer instanceof Error) throw answer;
      if (typeof answer === 'number') return { status: answer, headers: {}, body: undefined };
      return { status: 200, headers: {}, body: asSent(answer) };
    },
    async send({ url, headers, body }) {
      const answer = nextOf(sendScript);
      const given = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
      const status = given instanceof Error ? null : given.status;
      const copy = asSent(body);
      sent.push({ url, headers, body: copy, status });
      if (given instanceof Error) throw given;
      if (given.status >= 200 && given.status < 300) events.push(...eventsOf(copy));
      return given;
    },
  };
}

function nextOf<Answer>(script: Answer[]): Answer {
  const answer = script.length > 1 ? script.shift() : script[0];
  if (answer === undefined) throw new Error('memoryTransport() was given an empty list of answers.');
  return answer;
}

/** What arrives at the other end: JSON, and a copy that nothing changes later. */
function asSent<Body>(body: Body): Body {
  return JSON.parse(JSON.stringify(body));
}

function eventsOf({ visitors }: TrackingBody): DeliveredEvent[] {
  return visitors.flatMap(({ visitorId, events }) => events.map((event) => ({ visitorId, ...event })));
}
