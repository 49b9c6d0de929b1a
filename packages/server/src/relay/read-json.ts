import { readBody } from '../request-body.ts';
import { refuse } from './answer.ts';

/** A request's body as JSON, or the refusal. */
export type JsonBody = { readonly value: unknown } | { readonly refusal: Response };

export async function readJson(request: Request, maxBytes: number): Promise<JsonBody> {
  const text = await readBody(request, maxBytes).catch(() => undefined);
  if (text === undefined) return { refusal: refuse(400, 'body_unreadable') };
  if (text === null) return { refusal: refuse(413, 'body_too_large') };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { refusal: refuse(400, 'json_invalid') };
  }
}
