// As `next start` does it: when asked to end, it finishes its requests, then what they left to `after()`, and exits.
import { createServer } from 'node:http';
import process from 'node:process';
import { json } from 'node:stream/consumers';
import { answerInNext } from './next-request.mjs';

const work = [];
const server = createServer(async (incoming, outgoing) => {
  const { answer, afterResponse } = await answerInNext(await json(incoming));
  outgoing.once('close', () => work.push(afterResponse()));
  outgoing.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
});
server.listen(0, () => console.log(server.address().port));

process.once('SIGTERM', async () => {
  await new Promise((resolve) => server.close(resolve));
  await Promise.all(work);
  process.exit(143);
});
