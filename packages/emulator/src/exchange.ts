import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}

/** An error in the shape of the service. */
export function sendError(
  response: ServerResponse,
  code: number,
  message: string,
  fields: readonly string[] = [],
): void {
  sendJson(response, code, { code, message, fields });
}

export function sendMethodNotAllowed({ request, response }: Exchange, allowed: string): void {
  response.setHeader('Allow', allowed);
  sendError(response, 405, `${request.method} is not possible here; use ${allowed}.`);
}

/** Lets pages of any origin call, as the service does. True when that was the whole question. */
export function answersCors({ request, response }: Exchange, methods: string): boolean {
  response.setHeader('Access-Control-Allow-Origin', '*');
  if (request.method !== 'OPTIONS') return false;
  response.setHeader('Access-Control-Allow-Methods', `${methods}, OPTIONS`);
  response.setHeader('Access-Control-Allow-Headers', 'Content-Type, Authorization');
  response.setHeader('Access-Control-Max-Age', '600');
  response.statusCode = 204;
  response.end();
  return true;
}

export type Body = { readonly status: 'read'; readonly text: string } | { readonly status: 'too_large' | 'not_utf8' };

/** Reads the whole body, but keeps at most `limit` bytes: a sender cut off midway would never see the 413. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) return { status: 'too_large' };
  try {
    return { status: 'read', text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    return { status: 'not_utf8' };
  }
}
