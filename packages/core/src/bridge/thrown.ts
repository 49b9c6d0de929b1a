import { isSameVariation, parsePairs } from './pairs.ts';
import type { Payload } from './payload.ts';
import { isPreviewed } from './preview.ts';

/**
 * Cookie of the browsing session that names the variations which threw, newest first, as in `12.34_56.78`. The original of
 * their experiences is shown.
 */
export const THROWN_COOKIE = 'cv_thrown';

/** Without the variations that this browser has seen throw. A preview shows what it is asked for all the same. */
export function withoutThrown(payload: Payload, cookie: string | undefined): Payload {
  const thrown = parsePairs(cookie);
  if (thrown.length === 0) return payload;
  const experiences = payload.experiences.filter(
    (assignment) => isPreviewed(payload, assignment) || !thrown.some((pair) => isSameVariation(pair, assignment)),
  );
  return { ...payload, experiences };
}
