// @vitest-environment jsdom
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { ConvertProvider, useExperience } from '../src/index.ts';
import { comeBack, leavePage, resetPage } from './support/page.ts';
import { hero, payloadOf } from './support/payloads.ts';

afterEach(async () => {
  cleanup();
  await resetPage();
});

const Hero = () => <p>{useExperience('home-hero')?.variationKey}</p>;

it('a batch arrives over HTTP, after the server was unavailable at first', async () => {
  const arrived: { url: string | undefined; type: string | undefined; body: { id?: string } }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    arrived.push({ url: request.url, type: request.headers['content-type'], body: JSON.parse(text) });
    response.writeHead(arrived.length === 1 ? 503 : 202).end(JSON.stringify({ accepted: 1, rejected: [] }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo;

  render(
    <ConvertProvider payload={payloadOf([hero])} endpoint={`http://127.0.0.1:${port}/api/convert`}>
      <Hero />
    </ConvertProvider>,
  );
  await leavePage();
  await vi.waitFor(() => expect(arrived).toHaveLength(1));
  await comeBack();
  await vi.waitFor(() => expect(arrived).toHaveLength(2), 10_000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  server.close();

  const batch = {
    id: expect.stringMatching(/^[A-Za-z0-9]{8,32}$/),
    visitor: 'visitor-1',
    events: [{ type: 'exposure', experienceId: '100', variationId: '102' }],
  };
  const request = { url: '/api/convert/events', type: 'application/json' };
  expect(arrived).toEqual([
    { ...request, body: { ...batch, isLeaving: true } },
    { ...request, body: batch },
  ]);
  expect(arrived[1]?.body.id).toBe(arrived[0]?.body.id);
});
