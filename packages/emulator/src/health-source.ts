import * as v from 'valibot';
import { EmulatorError } from './errors.ts';
import { type Health, healthSchema } from './health.ts';

/** Asks an application what it has counted, and answers what it heard last in between. Never rejects. */
export type HealthSource = () => Promise<HealthAnswer>;

/** `address` is without the query, which may hold a secret. */
export type HealthAnswer =
  | { readonly status: 'told'; readonly address: string; readonly health: Health }
  | { readonly status: 'untold'; readonly address: string; readonly reason: string };

const patienceMs = 2_000;
// Longer than the patience, so that the application never has two questions at once.
const keptMs = 3_000;
const maxBytes = 1_048_576;

/** Throws an EmulatorError when there is nothing to ask at the URL. */
export function createHealthSource(text: string, nowMs = () => performance.now()): HealthSource {
  const url = parseUrl(text);
  let answer: Promise<HealthAnswer> | null = null;
  let keptUntil = 0;
  return () => {
    const now = nowMs();
    if (answer !== null && now < keptUntil) return answer;
    keptUntil = now + keptMs;
    answer = ask(url);
    return answer;
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (isHttp && url.username === '' && url.password === '') return url;
  throw new EmulatorError(
    'health_url_invalid',
    'The address of the health must be an http or https URL without a user name, such as http://localhost:3000/api/health.',
  );
}

async function ask(url: URL): Promise<HealthAnswer> {
  const address = `${url.origin}${url.pathname}`;
  const untold = (reason: string): HealthAnswer => ({ status: 'untold', address, reason });
  try {
    // Whoever sends on to a login is not followed there.
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(patienceMs) });
    const text = await readText(response);
    if (response.status !== 200) return untold(`answers ${response.status}`);
    if (text === null) return untold('answers with more than 1 MiB');
    const parsed = v.safeParse(healthSchema, text);
    if (!parsed.success) return untold('answers something else than core.health()');
    return { status: 'told', address, health: parsed.output };
  } catch (cause) {
    const isLate = cause instanceof Error && cause.name === 'TimeoutError';
    return untold(isLate ? 'has not answered within two seconds' : 'cannot be reached');
  }
}

/** `null`: more than the limit. The rest is not waited for. */
async function readText(response: Response): Promise<string | null> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    text += decoder.decode(value, { stream: true });
    if (size <= maxBytes) continue;
    await reader.cancel();
    return null;
  }
}
