// The same experiments in two formats: each has one audience of up to three conditions and two to four variations.

const ATTRIBUTES = {
  country: ['DE', 'US', 'FR', 'JP'],
  plan: ['free', 'pro', 'enterprise'],
  device: ['mobile', 'desktop', 'tablet'],
};

/** A small seeded generator, so that every run measures the same thing. */
function seeded(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
}

export function experiments(count) {
  const random = seeded(7);
  return Array.from({ length: count }, (_, i) => {
    const names = Object.keys(ATTRIBUTES).slice(0, 1 + random(3));
    const conditions = names.map((name) => ({ name, not: ATTRIBUTES[name][random(3)] }));
    if (random(2)) conditions.push({ name: 'visits', atLeast: random(5) });
    return { key: `experiment-${i}`, id: String(3000000000 + i), conditions, variations: 2 + random(3) };
  });
}

export function visitors(count) {
  const random = seeded(11);
  const hex = (length) => Array.from({ length }, () => random(16).toString(16)).join('');
  return Array.from({ length: count }, () => ({
    id: `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
    attributes: {
      ...Object.fromEntries(Object.entries(ATTRIBUTES).map(([name, values]) => [name, values[random(values.length)]])),
      visits: random(20),
      referrer: 'https://search.example/results',
      visitorType: random(2) ? 'new' : 'returning',
    },
  }));
}

export function convertConfig(list) {
  const rule = ({ name, not, atLeast }) =>
    atLeast === undefined
      ? {
          rule_type: 'generic_text_key_value',
          key: name,
          value: not,
          matching: { match_type: 'equals', negated: true },
        }
      : {
          rule_type: 'generic_numeric_key_value',
          key: name,
          value: atLeast,
          matching: { match_type: 'less', negated: true },
        };
  return {
    account_id: '30098000',
    project: { id: '30098100', name: 'bench', settings: {} },
    audiences: list.map(({ id, conditions }) => ({
      id: `9${id}`,
      key: `audience-${id}`,
      type: 'transient',
      rules: { OR: [{ AND: conditions.map((condition) => ({ OR_WHEN: [rule(condition)] })) }] },
    })),
    experiences: list.map(({ key, id, variations }) => ({
      id,
      key,
      version: 12,
      audiences: [`9${id}`],
      settings: { matching_options: { audiences: 'any' } },
      variations: Array.from({ length: variations }, (_, i) => ({
        id: `${id}${i}`,
        key: `variation-${i}`,
        status: 'running',
        traffic_allocation: 100 / variations,
        changes: [],
      })),
    })),
  };
}

export function growthBookFeatures(list) {
  const condition = ({ not, atLeast }) => (atLeast === undefined ? { $ne: not } : { $gte: atLeast });
  return Object.fromEntries(
    list.map(({ key, conditions, variations }) => {
      const values = Array.from({ length: variations }, (_, i) => `variation-${i}`);
      const audience = Object.fromEntries(conditions.map((one) => [one.name, condition(one)]));
      const rule = {
        key,
        seed: key,
        hashAttribute: 'id',
        variations: values,
        weights: values.map(() => 1 / variations),
        coverage: 1,
      };
      return [key, { defaultValue: null, rules: [{ ...rule, condition: audience }] }];
    }),
  );
}
