import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The first port from `wanted` on that nobody listens on. */
export async function freePort(wanted) {
  for (let port = wanted; port < wanted + 50; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new Error(`The ports ${wanted} to ${wanted + 49} are all in use.`);
}

// macOS lets one process listen on every address while another holds 127.0.0.1, so all three are asked.
async function isFree(port) {
  for (const host of ['::', '127.0.0.1', '::1']) {
    if ((await listen(port, host)) === 'EADDRINUSE') return false;
  }
  return true;
}

function listen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.code));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve('free')));
  });
}

/** Resolves to `true` once the address answers with a page, to `false` when it has not within `patienceMs`. */
export async function answers(url, patienceMs) {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return true;
    await sleep(100);
  }
  return false;
}
