// A plain Node.js server with the relay, which takes so many requests of a visitor in a minute: `relay-server.mjs 300`.
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRelay } from '@convert-fullstack/server';
import { startRelayServer } from '../../../../packages/server/test/relay-server.ts';
import { createCore } from '../../convert.mjs';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc');

const core = await createCore({ autoFlushIntervalMs: 100, retry: { maxMs: 500 }, logLevel: 'silent' }).initialize();
const relay = createRelay({ core, requestsPerMinute: Number(process.argv[2]) });
const { origin } = await startRelayServer(async (request) => {
  if (!request.url.endsWith('/memory')) return relay(request);
  collectGarbage();
  return Response.json(process.memoryUsage().heapUsed);
});
console.log(origin);
