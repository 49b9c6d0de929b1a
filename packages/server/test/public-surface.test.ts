import { expect, it } from 'vitest';
import * as surface from '../src/index.ts';

it('exports exactly this', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'RELAY_MAX_EVENTS',
    'VISITOR_COOKIE',
    'decideRequest',
    'isVisitorId',
    'originalPayload',
    'publicUrl',
    'readVisitor',
    'relay',
    'requestAttributes',
    'visitorCookie',
    'visitorIdOf',
    'withVisitorCookie',
  ]);
});
