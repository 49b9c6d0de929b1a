import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** An application that tells its health at the URL. It is closed when the test ends. */
export async function runApplication(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // A server that listens on a port has an address object.
  return `http://localhost:${(server.address() as AddressInfo).port}/api/health`;
}

/** Answers every request with this. */
export function says(health: unknown): RequestListener {
  return (_, response) => response.end(typeof health === 'string' ? health : JSON.stringify(health));
}

/** What `core.health()` says of one experience with two variations. */
export function experienceHealth(experienceId: string, ...variationIds: readonly string[]) {
  return {
    experienceKey: 'any',
    experienceId,
    isSuspicious: false,
    variations: variationIds.map((variationId, index) => ({
      variationKey: null,
      variationId,
      share: 1 / variationIds.length,
      assigned: 120 + index,
      exposed: 110 + index,
      converted: 10 + index,
      errors: 0,
    })),
    pValues: { assigned: 0.5, exposed: 0.25, exposedOfAssigned: null },
    causes: [] as { cause: string; message: string }[],
  };
}
