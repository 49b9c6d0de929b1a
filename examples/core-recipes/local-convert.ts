import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { shopProject } from './project.ts';

/** Stands in for Convert's config service: whatever the SDK key, every answer is a new revision of the project. */
export async function startLocalConvert(): Promise<{ readonly configUrl: string; close(): void }> {
  let revision = 0;
  const server = createServer((_request, response) => {
    revision++;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...shopProject, revision }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    configUrl: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
