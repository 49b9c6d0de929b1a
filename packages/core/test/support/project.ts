/** A JSON object of a config under construction. */
export type Json = Record<string, unknown>;

/** A config with one project; `parts` adds experiences and the rest. */
export function project(parts: Json = {}): Json {
  return { account_id: '1001', project: { id: '2002', name: 'Demo' }, ...parts };
}

/** Where the records of `project()` are kept. */
export const storeKey = (visitorId: string): string => `1001-2002-${visitorId}`;

/** An experience whose arms `a`, `b`, … take equal shares of all traffic unless `more` says otherwise. */
export function experience(id: string, key: string, more: Json = {}): Json {
  return { id, key, name: `Experience ${key}`, version: 12, variations: arms(id, [50, 50]), ...more };
}

/** Variations `a`, `b`, … with the given shares in percent; ids are the experience's with 1, 2, … behind it. */
export function arms(experienceId: string, shares: readonly (number | null)[], more: readonly Json[] = []): Json[] {
  return shares.map((share, at) => ({
    id: `${experienceId}${at + 1}`,
    key: 'abcdefgh'[at] ?? `arm-${at}`,
    name: `Arm ${at}`,
    status: 'running',
    traffic_allocation: share,
    changes: [],
    ...more[at],
  }));
}

/** A change that switches a feature on. */
export function switchesOn(featureId: string | number, variables: Json = {}): Json {
  return { id: 1, type: 'fullStackFeature', data: { feature_id: featureId, variables_data: variables } };
}

/** One condition on an attribute. */
export function where(key: string, matchType: string, value?: unknown, negated = false): Json {
  return { rule_type: 'generic_text_key_value', key, value, matching: { match_type: matchType, negated } };
}

/** The condition that the visitor is (or, by default, is not) in another experience. */
export function inExperience(key: string, negated = true): Json {
  return { rule_type: 'bucketed_into_experience_key', value: key, matching: { match_type: 'equals', negated } };
}

/** A rule tree that needs every condition. */
export function all(...conditions: readonly unknown[]): Json {
  return { OR: [{ AND: conditions.map((condition) => ({ OR_WHEN: [condition] })) }] };
}

/** A rule tree that needs one of the conditions. */
export function any(...conditions: readonly unknown[]): Json {
  return { OR: [{ AND: [{ OR_WHEN: conditions }] }] };
}

/** An audience that a visitor is in while the conditions hold. */
export function audience(id: string, rules: Json | null, type: 'transient' | 'permanent' = 'transient'): Json {
  return { id, key: `audience-${id}`, name: `Audience ${id}`, type, rules };
}

/** A project whose one experience `e` is for visitors who meet the rules; everyone who does gets its only arm. */
export function targeting(rules: Json | null): Json {
  return project({
    audiences: [audience('7', rules)],
    experiences: [experience('10', 'e', { audiences: ['7'], variations: arms('10', [100]) })],
  });
}

/** A project with two experiences, a feature, two goals and a segment; every visitor is in both experiences. */
export function shop(): Json {
  return project({
    experiences: [
      experience('10', 'hero', {
        variations: arms('10', [50, 50], [{}, { changes: [switchesOn('30', { headline: 'Hello', columns: '3' })] }]),
      }),
      experience('20', 'checkout', {
        variations: arms('20', [100], [{ changes: [switchesOn(31, { fast: 'true' })] }]),
      }),
    ],
    features: [
      {
        id: '30',
        key: 'banner',
        variables: [
          { key: 'headline', type: 'string' },
          { key: 'columns', type: 'integer' },
        ],
      },
      { id: '31', key: 'express', variables: [{ key: 'fast', type: 'boolean' }] },
      { id: '32', key: 'attached-nowhere', variables: [] },
    ],
    goals: [
      { id: '50', key: 'purchase', type: 'revenue', rules: null },
      { id: '51', key: 'signup', type: 'advanced', rules: null },
    ],
    segments: [{ id: '60', key: 'germans', rules: all(where('country', 'equals', 'DE')) }],
  });
}
