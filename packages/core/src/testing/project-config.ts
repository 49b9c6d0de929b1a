import { ConvertError } from '../errors.ts';

/** Attributes and the value each must have; a list means any of its values. */
export type Conditions = Readonly<Record<string, Value | readonly Value[]>>;

type Value = string | number | boolean;

export type VariableType = 'string' | 'boolean' | 'integer' | 'float' | 'json';

export interface VariationParts {
  /** Share of the traffic in percent. */
  readonly share: number;
  /** Features it switches on, each with its variables. */
  readonly features?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface ExperienceParts {
  /** Variation key to its share of the traffic in percent; default `{ original: 50, variation: 50 }`. */
  readonly variations?: Readonly<Record<string, number | VariationParts>>;
  /** Visitors it is for; default: everybody. */
  readonly audience?: Conditions;
  /** Where it runs; default: everywhere. */
  readonly location?: Conditions;
  readonly environment?: string;
  /** Which visitor gets which variation depends on it. Default: counted up in the order given. */
  readonly id?: string;
}

export interface ProjectParts {
  readonly accountId?: string;
  readonly projectId?: string;
  /** By key, in the order in which they are evaluated. */
  readonly experiences?: Readonly<Record<string, ExperienceParts>>;
  /** Types of the variables by feature key. */
  readonly features?: Readonly<Record<string, Readonly<Record<string, VariableType>>>>;
  /** Keys. */
  readonly goals?: readonly string[];
  /** Who is in a segment, by its key. */
  readonly segments?: Readonly<Record<string, Conditions>>;
}

type WireObject = Readonly<Record<string, unknown>>;

/**
 * A project's config as Convert would serve it, for `new Core({ data })`, without the ids and nesting that a test does
 * not care about. Throws `ConvertError` `config_invalid` for a variation that switches on an undeclared feature.
 *
 * @example
 * const data = projectConfig({
 *   experiences: {
 *     hero: { variations: { original: 0, story: { share: 100, features: { banner: { text: 'Hello' } } } } },
 *   },
 *   features: { banner: { text: 'string' } },
 *   goals: ['purchase'],
 * });
 */
export function projectConfig(parts: ProjectParts = {}): WireObject {
  const { accountId = '1001', projectId = '2002', experiences = {}, features = {}, goals = [], segments = {} } = parts;
  const featureIds = new Map(Object.keys(features).map((key, at) => [key, numbered(300_001, at)]));
  const built = Object.entries(experiences).map(([key, experience], at) => {
    return { key, audienceId: numbered(500_001, at), locationId: numbered(600_001, at), at, ...experience };
  });
  return {
    account_id: accountId,
    project: { id: projectId, name: 'Test project' },
    experiences: built.map(({ key, at, audienceId, locationId, audience, location, environment, ...rest }) => {
      const id = rest.id ?? numbered(100_001, at);
      return {
        id,
        key,
        name: key,
        version: 12,
        ...(environment !== undefined && { environment }),
        audiences: audience === undefined ? [] : [audienceId],
        locations: location === undefined ? [] : [locationId],
        variations: variationsOf(id, key, rest.variations, featureIds),
      };
    }),
    features: Object.entries(features).map(([key, variables], at) => ({
      id: numbered(300_001, at),
      key,
      variables: Object.entries(variables).map(([name, type]) => ({ key: name, type })),
    })),
    goals: goals.map((key, at) => ({ id: numbered(400_001, at), key, rules: null })),
    audiences: built.flatMap(({ key, audienceId, audience }) =>
      audience === undefined ? [] : [{ id: audienceId, key, type: 'transient', rules: allOf(audience) }],
    ),
    locations: built.flatMap(({ key, locationId, location }) =>
      location === undefined ? [] : [{ id: locationId, key, rules: allOf(location) }],
    ),
    segments: Object.entries(segments).map(([key, conditions], at) => ({
      id: numbered(700_001, at),
      key,
      rules: allOf(conditions),
    })),
  };
}

function variationsOf(
  experienceId: string,
  experienceKey: string,
  variations: NonNullable<ExperienceParts['variations']> = { original: 50, variation: 50 },
  featureIds: ReadonlyMap<string, string>,
): WireObject[] {
  return Object.entries(variations).map(([key, given], at) => {
    const { share, features = {} } = typeof given === 'number' ? { share: given } : given;
    const changes = Object.entries(features).map(([featureKey, variables], index) => {
      const featureId = featureIds.get(featureKey);
      if (featureId === undefined) throw undeclared(experienceKey, featureKey);
      return { id: index + 1, type: 'fullStackFeature', data: { feature_id: featureId, variables_data: variables } };
    });
    return {
      id: `${experienceId}0${at + 1}`,
      key,
      name: key,
      status: 'running',
      traffic_allocation: share,
      changes,
    };
  });
}

function undeclared(experienceKey: string, featureKey: string): ConvertError {
  return new ConvertError(
    'config_invalid',
    `Experience "${experienceKey}" switches on the feature "${featureKey}": add it to \`features\` of projectConfig().`,
  );
}

function allOf(conditions: Conditions): WireObject {
  return {
    OR: [
      {
        AND: Object.entries(conditions).map(([key, wanted]) => ({
          OR_WHEN: [wanted].flat().map((value) => ({
            rule_type: 'generic_text_key_value',
            key,
            value,
            matching: { match_type: 'equals', negated: false },
          })),
        })),
      },
    ],
  };
}

function numbered(first: number, at: number): string {
  return String(first + at);
}
