export type Attributes = Readonly<Record<string, unknown>>;

export const NO_ATTRIBUTES: Attributes = Object.freeze({});

/** A variation as the config has it, read-only. */
export type VariationConfig = Readonly<Record<string, unknown>>;

/** The visitor's variation of an experience. */
export interface ExperienceResult {
  readonly experienceKey: string;
  readonly experienceId: string;
  readonly experienceName: string;
  readonly variationKey: string | null;
  readonly variationId: string;
  readonly variation: VariationConfig;
}

/** A feature that the visitor's variation switches on, with its typed variables. */
export interface FeatureResult {
  readonly featureKey: string;
  readonly featureId: string;
  readonly status: 'enabled';
  readonly variables: Readonly<Record<string, unknown>>;
  readonly experienceKey: string;
  readonly variationKey: string | null;
}

export interface CustomSegmentsResult {
  /** Ids recorded by this call; segments the visitor already had are not repeated. */
  readonly matchedSegmentIds: readonly string[];
  readonly matched: boolean;
}

/** Why a visitor has no variation of an experience. */
export type Miss =
  | 'experience_not_found'
  | 'archived'
  | 'environment_mismatch'
  | 'location_mismatch'
  | 'audience_mismatch'
  | 'segment_mismatch'
  | 'not_in_traffic'
  | 'config_unavailable';

/** Attributes are read when a rule looks at them: behind a getter, what takes time to find is not looked for in vain. */
export interface DecideOptions {
  /** Laid over the context's attributes for this call only. */
  readonly attributes?: Attributes;
  /** What location rules see: `url`, `path`, … */
  readonly locationAttributes?: Attributes;
  /** Overrides the environment Core was configured with. */
  readonly environment?: string;
}

export interface RunOptions extends DecideOptions {
  /** `false`: decide and remember, but queue no exposure yet. */
  readonly enableTracking?: boolean;
}

export interface PayloadOptions extends DecideOptions {
  /** Keys of the experiences and features to include; everything when absent. */
  readonly only?: readonly string[] | undefined;
}
