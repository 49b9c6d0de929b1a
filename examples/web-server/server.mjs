import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Core } from '@convert-fullstack/core';
import { createShop } from './handle.mjs';

// With a key the project comes from Convert, without one it is the sample project.
const { CONVERT_SDK_KEY, PORT = '3000' } = process.env;
const sample = new URL('../../packages/emulator/projects/sample-project.json', import.meta.url);
const core = new Core({
  ...(CONVERT_SDK_KEY
    ? { sdkKey: CONVERT_SDK_KEY }
    : { data: JSON.parse(await readFile(sample, 'utf8')), tracking: 'off' }),
  environment: 'production',
  autoFlushIntervalMs: 1_000,
});

const handle = createShop(core);
createServer(async (incoming, outgoing) => {
  const { method, url, headers } = incoming;
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
  const answer = await handle(new Request(new URL(url ?? '/', 'http://localhost'), { method, headers, body }));
  outgoing.writeHead(answer.status, [...answer.headers].flat());
  outgoing.end(await answer.text());
}).listen(Number(PORT), () => console.log(`http://localhost:${PORT}`));
