/** Typed variables of one feature, as the assigned variation sets them. */
export interface AssignedFeature {
  readonly featureKey: string;
  readonly featureId: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One visitor's variation of one experience, with the features that variation carries. */
export interface Assignment {
  readonly experienceKey: string;
  readonly experienceId: string;
  readonly variationKey: string | null;
  readonly variationId: string;
  readonly features: readonly AssignedFeature[];
}

/**
 * What the server hands the browser: decisions, never rules or config. JSON-safe, so it can cross any
 * server-to-client boundary.
 */
export interface Payload {
  readonly version: 1;
  /** `null` when the request had no visitor id that could be kept: nothing is decided and nothing is counted. */
  readonly visitorId: string | null;
  /** Set when these decisions are a preview: nothing the visitor sees or does is counted. */
  readonly preview?: true;
  /** In the order of the config: the first experience that carries a feature provides it. */
  readonly experiences: readonly Assignment[];
  /** Keys of the goals that can be tracked. */
  readonly goals: readonly string[];
}
