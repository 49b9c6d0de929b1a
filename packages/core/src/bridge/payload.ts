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
 * What a visitor allows. `pending`: not asked or not answered yet, so nothing is kept and nothing is sent; `denied`: what
 * was kept is erased.
 */
export type Consent = 'granted' | 'pending' | 'denied';

/**
 * What the server hands the browser: decisions, never rules or config. JSON-safe, so it can cross any
 * server-to-client boundary.
 */
export interface Payload {
  readonly version: 1;
  /**
   * `null` when nothing is decided and nothing is counted (bots, visitors who denied consent), and when there is a
   * `visitorRef` instead.
   */
  readonly visitorId: string | null;
  /** Stands for the visitor where the browser must not know the id: the cookie is HttpOnly. */
  readonly visitorRef?: string;
  /** Absent: granted. While `pending`, the id lives in this payload only. */
  readonly consent?: Exclude<Consent, 'granted'>;
  /** Set when these decisions are a preview: nothing the visitor sees or does is counted. */
  readonly preview?: true;
  /** What is previewed, whichever experiences are handed on; there only in a preview. */
  readonly previewed?: readonly Omit<Assignment, 'features'>[];
  /** In the order of the config: the first experience that carries a feature provides it. */
  readonly experiences: readonly Assignment[];
  /** Keys of the goals that can be tracked. */
  readonly goals: readonly string[];
}

/** What tells visitors apart in the browser; `null` when there is nobody to decide or count for. */
export function visitorOf({ visitorId, visitorRef }: Payload): string | null {
  return visitorRef ?? visitorId;
}
