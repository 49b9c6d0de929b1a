import type { TrackedEvent, TrackingBody } from '@convert-fullstack/core';
import { vi } from 'vitest';

interface Counted {
  readonly visitorId: string;
  readonly event: TrackedEvent;
}

/** How long an answer is on its way. */
const NETWORK_MS = 20;

type ConfigAnswer = object | number | Error | Promise<Response>;

/** Takes the place of Convert on the network: serves this config and takes events over, unless told otherwise. */
export function simulateConvert(config: ConfigAnswer) {
  const configRequests: string[] = [];
  const deliveries: { readonly url: string; readonly init: RequestInit; readonly body: TrackingBody }[] = [];
  let configAnswer = config;
  let trackStatus = 200;

  async function answerConfig(): Promise<Response> {
    const answer = await configAnswer;
    if (answer instanceof Error) throw answer;
    if (answer instanceof Response) return answer.clone();
    return typeof answer === 'number' ? new Response(null, { status: answer }) : Response.json(answer);
  }
  const fetch = vi.fn(async (url: string, init: RequestInit = {}) => {
    if (init.method !== 'POST') {
      configRequests.push(url);
      await new Promise((resolve) => setTimeout(resolve, NETWORK_MS));
      return answerConfig();
    }
    deliveries.push({ url, init, body: JSON.parse(String(init.body)) });
    return new Response(null, { status: trackStatus });
  });
  vi.stubGlobal('fetch', fetch);

  return {
    configRequests,
    /** Requests to the collector, in order. */
    deliveries,
    counted: (): Counted[] =>
      deliveries.flatMap(({ body }) =>
        body.visitors.flatMap(({ visitorId, events }) => events.map((event) => ({ visitorId, event }))),
      ),
    serve(next: ConfigAnswer) {
      configAnswer = next;
    },
    answerTracking(status: number) {
      trackStatus = status;
    },
  };
}
