import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Core, TrackingBody } from '@convert-fullstack/core';
import { type NextFetchEvent, NextRequest } from 'next/server.js';
import { onTestFinished } from 'vitest';
import { type ConvertOptions, type ConvertProxy, createConvert } from '../src/index.ts';

export const SITE = 'https://shop.example';
export const VISIT = 'x-convert-visit';
export const HERO = { key: 'home-hero', id: '3009860001' };

const SLOT = Symbol.for('@convert-fullstack/next');

interface Process {
  [SLOT]?: Map<unknown, { readonly core: Core | null }>;
}

/** Each test is a process of its own. */
export function resetProcess(): void {
  const process = globalThis as Process;
  for (const { core } of process[SLOT]?.values() ?? []) void core?.close();
  delete process[SLOT];
}

export function coresInProcess(): number {
  return (globalThis as Process)[SLOT]?.size ?? 0;
}

interface SampleProject {
  experiences: { id: string; audiences: string[]; variations: { id: string; traffic_allocation: number }[] }[];
  audiences: unknown[];
}

/** The sample store's config; a fresh copy. */
export function sampleProject(): SampleProject {
  return JSON.parse(readFileSync(new URL('../../emulator/projects/sample-project.json', import.meta.url), 'utf8'));
}

export const convertWith = (options: ConvertOptions = {}) =>
  createConvert({
    ...(options.sdkKey === undefined && { data: sampleProject() }),
    environment: 'production',
    logLevel: 'silent',
    // Signed, the header says what it carries.
    secret: 'secret-of-the-tests',
    ...options,
  });

/** Of somebody who looks at the page. */
export const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** A request as Next.js hands it to the proxy: an inner URL, and the public host in its headers. */
export function pageRequest(path = '/', headers: Record<string, string> = {}, init: RequestInit = {}): NextRequest {
  return new NextRequest(new URL(path, 'http://localhost:3000'), {
    ...(init as Record<string, never>),
    headers: { host: 'shop.example', 'x-forwarded-proto': 'https', 'user-agent': BROWSER, ...headers },
  });
}

export const event = {
  waitUntil() {},
  passThroughOnException() {},
} as unknown as NextFetchEvent;

export const run = (proxy: ConvertProxy, request: NextRequest) => proxy(request, event);

/** The request headers that a page behind this answer sees. */
export function headersOfPage(answer: Response): Headers {
  const names = answer.headers.get('x-middleware-override-headers')?.split(',') ?? [];
  return new Headers(
    names.map((name): [string, string] => [name, answer.headers.get(`x-middleware-request-${name}`) ?? 'MISSING']),
  );
}

export const visitorOf = (headers: Headers) => /(?:^|; )cv_vid=([^;]*)/.exec(headers.get('cookie') ?? '')?.[1];

/** Collects what would be logged. */
export function recordLogs(): { lines: string[]; logger: NonNullable<ConvertOptions['logger']> } {
  const lines: string[] = [];
  return {
    lines,
    logger: { log: (level, message, details) => lines.push([level, message, JSON.stringify(details)].join(' ')) },
  };
}

export interface Service {
  readonly url: string;
  readonly paths: string[];
  readonly tracked: TrackingBody[];
}

/** A local Convert, closed after the test that starts it: serves configs through `config` and collects events. */
export async function startService(config: RequestListener): Promise<Service> {
  const service = { paths: [] as string[], tracked: [] as TrackingBody[] };
  const server = createServer((request, response) => {
    service.paths.push(request.url ?? '');
    if (request.method !== 'POST') return config(request, response);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      service.tracked.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      response.writeHead(200).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { ...service, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
