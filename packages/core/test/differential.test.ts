import { describe, expect, it } from 'vitest';
import { Dice, type RandomVisitor, randomProject, randomVisitor } from './support/official-projects.ts';
import { type Decision, type Engine, type FeatureAnswer, official, ours } from './support/official-sdk.ts';
import {
  all,
  any,
  arms,
  audience,
  experience,
  inExperience,
  type Json,
  project,
  switchesOn,
  targeting,
  where,
} from './support/project.ts';
import { sampleProject } from './support/sample-project.ts';

// Compared with the published `@convertcom/js-sdk`, which packs variations whatever the experience's version is.

const PROJECTS = 200;
const VISITORS_PER_PROJECT = 24;

describe('decides like the official SDK', () => {
  const tally = { decisions: 0, variations: 0, features: 0, conversions: 0, deduplicated: 0, events: 0 };

  it.each(Array.from({ length: PROJECTS }, (_, at) => at + 1))('project %i', async (seed) => {
    const dice = new Dice(seed);
    const config = randomProject(dice);
    const environment = dice.pick(['production', 'staging']);
    const engines = [ours(config, environment), await official(config, environment)] as const;
    const visitors = Array.from({ length: VISITORS_PER_PROJECT }, (_, at) => randomVisitor(dice, at));
    for (const visitor of visitors) {
      const script = randomScript(dice, config);
      const own = play(engines[0], visitor, script);
      expect(own, JSON.stringify({ visitor, script })).toEqual(play(engines[1], visitor, script));
      count(own);
    }
    const [own, theirs] = [await engines[0].events(), await engines[1].events()];
    for (const { id } of visitors) {
      expect(own.get(id)).toEqual(theirs.get(id));
      tally.events += own.get(id)?.length ?? 0;
    }
  });

  it('which says something: visitors get variations and miss them, goals count and do not', () => {
    expect(tally.decisions).toBeGreaterThan(30_000);
    expect(tally.variations / tally.decisions).toBeGreaterThan(0.2);
    expect(tally.variations / tally.decisions).toBeLessThan(0.8);
    expect(tally.features).toBeGreaterThan(2000);
    expect(tally.conversions).toBeGreaterThan(2000);
    expect(tally.deduplicated).toBeGreaterThan(1000);
    expect(tally.events).toBeGreaterThan(5000);
  });

  function count({ decisions, features, conversions }: Transcript): void {
    tally.decisions += decisions.length;
    tally.variations += decisions.filter((decided) => decided !== null).length;
    tally.features += features.filter((feature) => feature !== undefined).length;
    tally.conversions += conversions.length;
    tally.deduplicated += conversions.filter((counted) => !counted).length;
  }
});

/** What one visitor does, decided before either engine is asked. */
interface Script {
  readonly experienceKeys: readonly string[];
  readonly featureKeys: readonly string[];
  readonly segmentKeys: readonly string[];
  readonly isAllFirst: boolean;
  readonly goals: readonly { readonly key: string; readonly forceMultiple: boolean; readonly revenue: number }[];
}

interface Transcript {
  readonly segments: readonly (readonly string[])[];
  readonly decisions: readonly (Decision | null)[];
  readonly features: readonly (FeatureAnswer | undefined)[];
  readonly conversions: readonly boolean[];
}

function randomScript(dice: Dice, config: Json): Script {
  const keys = (field: string): string[] => (config[field] as { key: string }[]).map(({ key }) => key);
  return {
    experienceKeys: [...dice.some(keys('experiences'), 0.8), 'no-such-experience'],
    featureKeys: keys('features'),
    segmentKeys: dice.some(keys('segments')),
    isAllFirst: dice.chance(0.5),
    goals: dice.times(0, 5, () => ({
      key: dice.pick([...keys('goals'), 'no-such-goal']),
      forceMultiple: dice.chance(0.3),
      revenue: dice.pick([0, 12.5, 100]),
    })),
  };
}

function play(engine: Engine, visitor: RandomVisitor, script: Script): Transcript {
  const options = {
    locationAttributes: visitor.locationAttributes,
    ...(visitor.perCall && { attributes: visitor.perCall }),
    ...(visitor.environment !== undefined && { environment: visitor.environment }),
  };
  const first = engine.visitor(visitor.id, visitor.visits[0]);
  const segments = script.segmentKeys.map((key) => first.runCustomSegments([key], visitor.perCall));
  const decisions: (Decision | null)[] = [];
  if (script.isAllFirst) decisions.push(...first.runExperiences(options));
  for (const key of script.experienceKeys) decisions.push(first.runExperience(key, options));
  const reached = new Set<string>();
  const conversions = script.goals.map(({ key, forceMultiple, revenue }, at) => {
    // The first conversion with revenue and a transaction that is reported again are known differences.
    const isFirst = !reached.has(key);
    reached.add(key);
    return first.trackConversion(key, { forceMultiple, ...(!isFirst && { revenue, transactionId: `order-${at}` }) });
  });
  const second = engine.visitor(visitor.id, visitor.visits[1]);
  decisions.push(...second.runExperiences(options));
  for (const key of script.experienceKeys) decisions.push(second.runExperience(key, options));
  // Other visitors, one for each question: asking for a feature decides less here than there.
  const returning = engine.visitor(`${visitor.id}-returning`, visitor.visits[0]);
  for (const key of script.experienceKeys.slice(0, 1)) returning.runExperience(key, options);
  const everything = returning.runFeatures(options);
  const features = script.featureKeys.flatMap((key) => [
    everything.find((feature) => feature.featureKey === key && feature.status === 'enabled'),
    engine
      .visitor(`${visitor.id}-${key}`, visitor.visits[0])
      .runFeature(key, options)
      .find((feature) => feature.status === 'enabled'),
  ]);
  return { segments, decisions, features, conversions };
}

describe('the sample project', () => {
  const VISITORS = 100_000;
  const VISITORS_PER_SDK = 5000;
  const paths = [
    '/',
    '/pricing',
    '/pricing/teams',
    '/products/tent',
    '/products/clearance',
    '/checkout',
    '/checkout/complete',
  ];
  const attributes: Readonly<Record<string, readonly unknown[]>> = {
    cart_value: [10, 150, 150.01, '1,500', 'none'],
    customer_ref: ['c-1', ''],
    utm_source: ['newsletter', 'Newsletter', 'ads'],
    utm_campaign: ['spring-sale', 'autumn'],
    referrer: ['https://mail.example', 'https://search.example'],
    device: ['desktop', 'mobile'],
  };

  it(`gives ${VISITORS} visitors the official SDK's variations`, async () => {
    const config = sampleProject();
    const keys = (config.experiences as { key: string; version: number }[])
      .filter(({ version }) => version <= 11)
      .map(({ key }) => key);
    expect(keys).toEqual(['pricing-page', 'checkout-note', 'seasonal-badges', 'autumn-banner']);
    const dice = new Dice(4);
    let variations = 0;
    for (let from = 0; from < VISITORS; from += VISITORS_PER_SDK) {
      const [own, theirs] = [ours(config, 'production'), await official(config, 'production')];
      for (let at = from; at < from + VISITORS_PER_SDK; at++) {
        const had = Object.fromEntries(
          dice.some(Object.entries(attributes)).map(([key, values]) => [key, dice.pick(values)]),
        );
        const options = { locationAttributes: { path: dice.pick(paths) }, enableTracking: false };
        const [a, b] = [own, theirs].map((engine) => {
          const visitor = engine.visitor(`visitor-${at}`, had);
          return keys.map((key) => visitor.runExperience(key, options)?.variationId ?? null);
        });
        if (String(a) !== String(b)) expect(a, JSON.stringify({ at, had, options })).toEqual(b);
        variations += a?.filter((id) => id !== null).length ?? 0;
      }
    }
    expect(variations).toBeGreaterThan(VISITORS / 3);
  });
});

/** Something the two answer differently on purpose. */
interface Difference {
  readonly about: string;
  readonly why: string;
  readonly config: Json;
  readonly environment?: string;
  ask(engine: Engine): unknown;
  readonly ours: unknown;
  readonly official: unknown;
}

const SAME_AS_OTHER_SDKS = 'all SDKs of Convert but the JavaScript one do it this way';
const MISSES = 'a mistake in the config must not take the page with it';

const packed = { version: 11 };
const toAll = (id: string, more: Json = {}) =>
  experience(id, `e${id}`, { ...packed, variations: arms(id, [100]), ...more });
const one = (engine: Engine, key: string, attributes?: Json) =>
  engine.visitor('v', attributes).runExperience(key)?.variationKey ?? null;
/** Whether visitors meet the condition that is the only way into the experience `e`. */
const only = (condition: unknown): Json => ({
  ...targeting(all(condition)),
  experiences: [toAll('10', { key: 'e', audiences: ['7'], settings: { matching_options: { audiences: 'any' } } })],
});
const carrying = (...changes: Json[]) =>
  project({
    experiences: [toAll('10', { variations: arms('10', [100], [{ changes }]) })],
    features: [
      {
        id: '30',
        key: 'f',
        variables: [
          { key: 'n', type: 'integer' },
          { key: 'j', type: 'json' },
        ],
      },
    ],
  });

const differences: readonly Difference[] = [
  {
    about: 'variations of an experience above version 11',
    why: 'the published SDK is older than this layout, in which growing traffic moves nobody',
    config: project({ experiences: [experience('10', 'e', { variations: arms('10', [10, 10]) })] }),
    ask: (engine) => engine.visitor('v-9').runExperience('e')?.variationKey ?? null,
    ours: 'b',
    official: null,
  },
  {
    about: 'a rule about another experience',
    why: 'the published SDK is older than mutual exclusion',
    config: project({
      audiences: [audience('7', all(inExperience('e10')))],
      experiences: [
        toAll('10'),
        toAll('20', { audiences: ['7'], settings: { matching_options: { audiences: 'any' } } }),
      ],
    }),
    ask: (engine) => one(engine, 'e20'),
    ours: 'a',
    official: null,
  },
  {
    about: 'no environment configured',
    why: 'there is no environment to prefer; the official SDK assumes staging',
    config: project({ experiences: [toAll('10', { environment: 'production' })] }),
    ask: (engine) => one(engine, 'e10'),
    ours: 'a',
    official: null,
  },
  {
    about: 'no location attributes',
    why: 'an experience that is not bound to a location needs none',
    config: project({ experiences: [toAll('10')] }),
    ask: (engine) => engine.visitor('v').runExperience('e10', { locationAttributes: null })?.variationKey ?? null,
    ours: 'a',
    official: null,
  },
  {
    about: 'audiences without matching options',
    why: MISSES,
    config: project({
      audiences: [audience('7', all(where('plan', 'equals', 'pro')))],
      experiences: [toAll('10', { audiences: ['7'] })],
    }),
    ask: (engine) => one(engine, 'e10', { plan: 'pro' }),
    ours: 'a',
    official: TypeError,
  },
  {
    about: 'variations whose ids do not ascend',
    why: SAME_AS_OTHER_SDKS,
    config: project({
      experiences: [experience('10', 'e', { ...packed, variations: arms('10', [50, 50]).reverse() })],
    }),
    ask: (engine) => one(engine, 'e'),
    ours: 'b',
    official: 'a',
  },
  {
    about: 'a null allocation',
    why: SAME_AS_OTHER_SDKS,
    config: project({ experiences: [toAll('10', { variations: arms('10', [null]) })] }),
    ask: (engine) => one(engine, 'e10'),
    ours: 'a',
    official: null,
  },
  {
    about: 'an allocation that is no number',
    why: `${SAME_AS_OTHER_SDKS}: all traffic, as without an allocation`,
    config: project({
      experiences: [toAll('10', { variations: arms('10', [100], [{ traffic_allocation: 'half' }]) })],
    }),
    ask: (engine) => one(engine, 'e10'),
    ours: 'a',
    official: null,
  },
  {
    about: 'an id that is a number',
    why: 'ids are the same whether a config writes them as numbers or as strings',
    config: project({ experiences: [toAll('10', { variations: arms('10', [100], [{ id: 11 }]) })] }),
    ask: (engine) => one(engine, 'e10'),
    ours: 'a',
    official: null,
  },
  {
    about: 'an audience referred to by a number',
    why: 'ids are the same whether a config writes them as numbers or as strings',
    config: { ...only(where('plan', 'equals', 'pro')), experiences: [toAll('10', { audiences: [7] })] },
    ask: (engine) => one(engine, 'e10', { plan: 'basic' }),
    ours: null,
    official: 'a',
  },
  {
    about: 'audience rules and default segments',
    why: 'segments are for reports and attribution; who sees an experiment depends on attributes',
    config: only(where('country', 'equals', 'DE')),
    ask(engine) {
      engine.visitor('v').setSegments({ country: 'DE' });
      return one(engine, 'e');
    },
    ours: null,
    official: 'a',
  },
  {
    about: 'an attribute named like a report segment, in the next visit without it',
    why: 'attributes of a context are for that context; setAttributes() keeps them',
    config: only(where('country', 'equals', 'DE')),
    ask(engine) {
      engine.visitor('v', { country: 'DE' });
      return one(engine, 'e');
    },
    ours: null,
    official: 'a',
  },
  {
    about: 'lists and objects given for one call',
    why: 'attributes of a call replace those of the context, whatever they hold',
    config: only(where('tags', 'equals', 'a')),
    ask: (engine) =>
      engine.visitor('v', { tags: ['a'] }).runExperience('e', { attributes: { tags: ['b'] } })?.variationKey ?? null,
    ours: null,
    official: 'a',
  },
  {
    about: 'attributes that are undefined',
    why: 'an attribute without a value is one the visitor does not have',
    config: only(where('plan', 'equals', 'pro', true)),
    ask: (engine) => one(engine, 'e', { plan: undefined }),
    ours: null,
    official: 'a',
  },
  {
    about: 'attributes with the name RuleData',
    why: 'plain attributes are the one way to describe a visitor',
    config: only(where('plan', 'equals', 'pro')),
    ask: (engine) => one(engine, 'e', { plan: 'pro', name: 'RuleData' }),
    ours: 'a',
    official: null,
  },
  {
    about: 'a rule that does not say whether it is negated',
    why: 'harmless, and other SDKs take it as not negated',
    config: only({ ...where('plan', 'equals', 'pro'), matching: { match_type: 'equals' } }),
    ask: (engine) => one(engine, 'e', { plan: 'pro' }),
    ours: 'a',
    official: null,
  },
  {
    about: 'a number where isIn wants a list',
    why: 'other SDKs take it as a list with one entry',
    config: only(where('plan', 'isIn', 5)),
    ask: (engine) => one(engine, 'e', { plan: 5 }),
    ours: 'a',
    official: null,
  },
  {
    about: 'a rule on existence that names no attribute',
    why: 'a rule without a key never matches',
    config: only({ rule_type: 'cookie', matching: { match_type: 'doesNotExist', negated: false } }),
    ask: (engine) => one(engine, 'e'),
    ours: null,
    official: 'a',
  },
  {
    about: 'a regular expression that may take for ever on a long text',
    why: 'visitors choose what rules look at, and must not be able to stall a server',
    config: only(where('plan', 'regexMatches', '^(a+)+$')),
    ask: (engine) => one(engine, 'e', { plan: 'a'.repeat(20) }),
    ours: null,
    official: 'a',
  },
  {
    about: 'a misshapen rule tree',
    why: MISSES,
    config: { ...only(null), experiences: [toAll('10', { site_area: { OR: [null] } })] },
    ask: (engine) => one(engine, 'e10'),
    ours: null,
    official: TypeError,
  },
  {
    about: 'custom segments asked for together',
    why: 'each is judged by its own rules; the official SDK records all that follow the first match',
    config: project({
      segments: [
        { id: '60', key: 'germans', rules: all(where('country', 'equals', 'DE')) },
        { id: '61', key: 'pros', rules: all(where('plan', 'equals', 'pro')) },
      ],
    }),
    ask: (engine) => engine.visitor('v', { country: 'DE' }).runCustomSegments(['germans', 'pros']),
    ours: ['60'],
    official: ['60', '61'],
  },
  {
    about: 'a segment without rules',
    why: MISSES,
    config: project({ segments: [{ id: '60', key: 'germans', rules: null }] }),
    ask: (engine) => engine.visitor('v').runCustomSegments(['germans']),
    ours: [],
    official: TypeError,
  },
  {
    about: 'a feature that several of the visitor’s variations carry',
    why: 'callers want one set of variables: the first',
    config: project({
      experiences: ['10', '20'].map((id) =>
        toAll(id, { variations: arms(id, [100], [{ changes: [switchesOn('30')] }]) }),
      ),
      features: [{ id: '30', key: 'f' }],
    }),
    ask: (engine) =>
      engine
        .visitor('v')
        .runFeature('f')
        .map(({ experienceKey }) => experienceKey),
    ours: ['e10'],
    official: ['e10', 'e20'],
  },
  {
    about: 'a feature that one variation carries twice',
    why: 'callers want one set of variables: the first',
    config: carrying(switchesOn('30', { n: 1 }), switchesOn('30', { n: 2 })),
    ask: (engine) =>
      engine
        .visitor('v')
        .runFeature('f')
        .map(({ variables }) => variables),
    ours: [{ n: 1 }],
    official: [{ n: 1 }, { n: 2 }],
  },
  {
    about: 'features that are off or not declared',
    why: 'an absent feature is null, and a list holds what is on and declared',
    config: { ...carrying(switchesOn('99')) },
    ask: (engine) => [
      engine.visitor('v').runFeature('f').length,
      engine
        .visitor('v')
        .runFeatures()
        .map(({ featureId, status }) => [featureId, status]),
    ],
    ours: [0, []],
    official: [
      1,
      [
        ['99', 'enabled'],
        ['30', 'disabled'],
      ],
    ],
  },
  {
    about: 'a variable that cannot be cast to its type',
    why: 'NaN is useless to callers',
    config: carrying(switchesOn('30', { n: 'many' })),
    ask: (engine) => engine.visitor('v').runFeature('f')[0]?.variables,
    ours: { n: 'many' },
    official: { n: Number.NaN },
  },
  {
    about: 'variables asked for twice',
    why: 'the official SDK writes what it cast into its config and casts that again',
    config: carrying(switchesOn('30', { j: '"5"' })),
    ask: (engine) => [1, 2].map(() => engine.visitor('v').runFeature('f')[0]?.variables),
    ours: [{ j: '5' }, { j: '5' }],
    official: [{ j: '5' }, { j: 5 }],
  },
  {
    about: 'a feature without variables',
    why: 'callers may read a variable without checking first',
    config: carrying({ id: 1, type: 'fullStackFeature', data: { feature_id: '30', variables_data: null } }),
    ask: (engine) => engine.visitor('v').runFeature('f')[0]?.variables,
    ours: {},
    official: null,
  },
  {
    about: 'exposures of experiences that do not carry the feature',
    why: 'nobody saw them',
    config: project({ experiences: [toAll('10')], features: [{ id: '30', key: 'f' }] }),
    async ask(engine) {
      engine.visitor('v').runFeature('f');
      return eventsOf(engine);
    },
    ours: [],
    official: ['bucketing'],
  },
  {
    about: 'an experience run without tracking and then with it',
    why: 'its exposure is due once the visitor consents or the browser shows it',
    config: project({ experiences: [toAll('10')] }),
    async ask(engine) {
      engine.visitor('v').runExperience('e10', { enableTracking: false });
      engine.visitor('v').runExperience('e10');
      return eventsOf(engine);
    },
    ours: ['bucketing'],
    official: [],
  },
  {
    about: 'the first conversion with revenue',
    why: 'one conversion is one event',
    config: project({ goals: [{ id: '50', key: 'buy' }] }),
    async ask(engine) {
      engine.visitor('v').trackConversion('buy', { revenue: 5 });
      return eventsOf(engine);
    },
    ours: ['conversion'],
    official: ['conversion', 'conversion'],
  },
  {
    about: 'a transaction that is reported again',
    why: 'an order is one order, also when the shop and its webhook both report it',
    config: project({ goals: [{ id: '50', key: 'buy' }] }),
    ask: (engine) =>
      ['order-1', 'order-2', 'order-1'].map((transactionId) =>
        engine.visitor('v').trackConversion('buy', { forceMultiple: true, revenue: 5, transactionId }),
      ),
    ours: [true, true, false],
    official: [true, true, true],
  },
  {
    about: 'two goals with the same id',
    why: 'a goal is what its id says: the collector knows no keys',
    config: project({
      goals: [
        { id: '50', key: 'buy' },
        { id: '50', key: 'order' },
      ],
    }),
    ask: (engine) => ['buy', 'order'].map((key) => engine.visitor('v').trackConversion(key)),
    ours: [true, false],
    official: [true, true],
  },
  {
    about: 'the rules of a goal',
    why: 'whoever tracks a conversion has decided that it is one',
    config: project({ goals: [{ id: '50', key: 'buy', rules: any(where('path', 'equals', '/thanks')) }] }),
    ask: (engine) => engine.visitor('v').trackConversion('buy', { ruleData: { path: '/' } }),
    ours: true,
    official: false,
  },
];

describe('differs from the official SDK on purpose', () => {
  it.each(differences.map((difference) => [difference.about, difference.why, difference] as const))(
    '%s: %s',
    async (_about, _why, { config, environment, ask, ...answers }) => {
      expect(await answerOf(ask, ours(config, environment))).toEqual(answers.ours);
      expect(await answerOf(ask, await official(config, environment))).toEqual(answers.official);
      expect(answers.ours).not.toEqual(answers.official);
    },
  );
});

/** The answer, or the kind of error thrown instead. */
async function answerOf(ask: Difference['ask'], engine: Engine): Promise<unknown> {
  try {
    return await ask(engine);
  } catch (error) {
    return (error as Error).constructor;
  } finally {
    await engine.events();
  }
}

async function eventsOf(engine: Engine): Promise<string[]> {
  const events = (await engine.events()).get('v') ?? [];
  return events.map((event) => (event as { eventType: string }).eventType);
}

describe('follows the official SDK', () => {
  it('in reading hexadecimal integers', async () => {
    const config = carrying(switchesOn('30', { n: '0x1F' }));
    const ask = (engine: Engine) => engine.visitor('v').runFeature('f')[0]?.variables;
    expect(ask(ours(config))).toEqual(ask(await official(config)));
  });

  it('in taking digits beyond the largest number for text', async () => {
    const config = only(where('total', 'less', 5, true));
    const ask = (engine: Engine) => one(engine, 'e', { total: '9'.repeat(400) });
    expect(ask(ours(config))).toEqual(ask(await official(config)));
  });

  it('in deciding an experience once for all features it carries', async () => {
    const config = project({
      audiences: [
        audience('7', all(where('plan', 'equals', 'pro')), 'permanent'),
        audience('8', all(where('loyal', 'equals', true))),
      ],
      experiences: [
        toAll('10'),
        toAll('20', {
          audiences: ['7', '8'],
          settings: { matching_options: { audiences: 'any' } },
          variations: arms('20', [100], [{ changes: [switchesOn('30'), switchesOn('31')] }]),
        }),
      ],
      features: ['30', '31'].map((id) => ({ id, key: `f${id}` })),
    });
    const ask = (engine: Engine) => {
      const visitor = engine.visitor('v', { plan: 'pro' });
      visitor.runExperience('e10');
      return visitor.runFeatures().map(({ featureKey, status }) => [featureKey, status]);
    };
    expect(ask(ours(config))).toEqual(ask(await official(config)));
  });
});
