import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  carriedVisitorId,
  decideRequest,
  publicUrl,
  recognizeVisitor,
  requestSource,
  type VisitorOptions,
  visitorHeaders,
} from '../src/index.ts';
import { startCollector } from './collector.ts';
import { startRelayServer } from './relay-server.ts';
import { HERO, sampleCore } from './sample-project.ts';
import { PEOPLE } from './user-agents.ts';

const VISITOR = '5a1f5057-a703-49da-a8de-345f34b178ea';
const BROWSER = PEOPLE.desktop?.[0] ?? '';
const APP = 'MyShop/3 CFNetwork/1494 Darwin/23';

/** A backend on a real port that decides (GET) and counts an order (POST) for whoever its requests name. */
async function startBackend(options: VisitorOptions) {
  const collector = await startCollector();
  const core = sampleCore({ transport: { trackUrl: collector.url } });
  const server = await startRelayServer(async (request) => {
    const source = requestSource({ url: publicUrl(request), headers: request.headers });
    const visitor = recognizeVisitor({ ...source, method: request.method }, options);
    if (request.method === 'GET') {
      const { experiences } = await decideRequest(core, { ...source, visitor, only: [HERO.key] });
      return Response.json({ visitorId: visitor.visitorId, hero: experiences[0]?.variationKey ?? null });
    }
    if (visitor.visitorId !== null) core.createContext(visitor.visitorId).trackConversion('purchase');
    await core.flush();
    return new Response(null, { status: 204 });
  });
  return {
    decide: async (headers: Record<string, string>) => (await fetch(server.origin, { headers })).json(),
    order: (headers: Record<string, string>) => fetch(server.origin, { method: 'POST', headers }),
    counted: () => collector.requests.flatMap(({ body }) => body.visitors.map(({ visitorId }) => visitorId)),
    async [Symbol.asyncDispose]() {
      await core.close();
      await server[Symbol.asyncDispose]();
      await collector[Symbol.asyncDispose]();
    },
  };
}

const CARRIED: VisitorOptions = { visitorId: ({ headers }) => carriedVisitorId(headers) };
const OF_PROGRAMS: VisitorOptions = { ...CARRIED, isBot: () => false };

it('a visitor whose id a header carries gets what their cookie would have got, and is counted as the same', async () => {
  await using backend = await startBackend(OF_PROGRAMS);
  const carried = { 'user-agent': APP, ...visitorHeaders(VISITOR) };
  const decided = await backend.decide(carried);
  expect(decided).toEqual({ visitorId: VISITOR, hero: 'trail-story' });
  expect(await backend.decide({ 'user-agent': BROWSER, cookie: `cv_vid=${VISITOR}` })).toEqual(decided);
  await backend.order(carried);
  expect(backend.counted()).toEqual([VISITOR]);
});

it('a header that carries nobody counts for nobody', async () => {
  await using backend = await startBackend(OF_PROGRAMS);
  for (const headers of [{}, { 'x-convert-visitor': 'two words' }, { 'x-convert-visitor': `${VISITOR}, other` }]) {
    expect(await backend.decide(headers)).toEqual({ visitorId: null, hero: null });
    await backend.order(headers);
  }
  expect(backend.counted()).toEqual([]);
});

it('programs are bots, whatever they carry, unless the backend says that they are its clients', async () => {
  await using backend = await startBackend(CARRIED);
  const carried = { 'user-agent': APP, ...visitorHeaders(VISITOR) };
  expect(await backend.decide(carried)).toEqual({ visitorId: null, hero: null });
  expect(await backend.decide({ ...carried, 'user-agent': BROWSER })).toMatchObject({ visitorId: VISITOR });
});

it('an id made of what a request tells is the same for as long as that is, and tells nothing of it', async () => {
  const visitorId: VisitorOptions['visitorId'] = ({ headers }) =>
    createHash('sha256')
      .update(`${headers.get('x-forwarded-for')}\n${headers.get('user-agent')}`)
      .digest('base64url');
  await using backend = await startBackend({ visitorId });
  const facts = { 'user-agent': BROWSER, 'x-forwarded-for': '203.0.113.7' };
  const first = await backend.decide(facts);
  expect(first.visitorId).toMatch(/^[\w-]{43}$/);
  expect(first.hero).not.toBeNull();
  expect(await backend.decide(facts)).toEqual(first);
  const moved = await backend.decide({ ...facts, 'x-forwarded-for': '203.0.113.8' });
  expect(moved.visitorId).not.toBe(first.visitorId);
  await backend.order(facts);
  expect(backend.counted()).toEqual([first.visitorId]);
});
