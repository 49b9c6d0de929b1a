import { describe, expect, it } from 'vitest';
import bucketing from './data/bucketing.json' with { type: 'json' };
import experiences from './data/experiences.json' with { type: 'json' };
import features from './data/features.json' with { type: 'json' };
import hash from './data/hash.json' with { type: 'json' };
import preview from './data/preview.json' with { type: 'json' };
import rules from './data/rules.json' with { type: 'json' };
import segments from './data/segments.json' with { type: 'json' };
import tracking from './data/tracking.json' with { type: 'json' };
import { outcome, revive, type VectorFile } from './outcome.ts';
import { chosenAnswer, whyNotRecommended } from './own-choices.ts';

const files = { hash, bucketing, rules, experiences, features, segments, tracking, preview } as unknown as Record<
  string,
  VectorFile
>;

for (const [name, file] of Object.entries(files)) {
  describe(`${name}: every vector`, () => {
    it.each(file.vectors.map((vector) => [vector.id, vector.tag ?? '', vector] as const))(
      '%s %s',
      async (_id, _tag, vector) => {
        expect(await outcome(name, vector, file.configs)).toEqual(revive(vector.expected));
      },
    );
  });
  if (file.differing.length === 0) continue;
  describe(`${name}: the documented choice where references disagree`, () => {
    const titled = file.differing.map((vector) => {
      const reason = whyNotRecommended(vector) ?? vector.reason ?? vector.tag ?? '';
      return [vector.id, reason, vector] as const;
    });
    it.each(titled)('%s %s', async (_id, _reason, vector) => {
      expect(await outcome(name, vector, file.configs)).toEqual(revive(chosenAnswer(vector)));
    });
  });
}
