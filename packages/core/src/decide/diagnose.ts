import type { Experience, Variation } from '../config/plan.ts';
import type { EntityType, Snapshot } from '../config/snapshot.ts';
import { asId } from '../config/wire-config.ts';
import type { Miss } from '../results.ts';
import { bucketOf } from './bucketing.ts';
import type { Decision } from './experience.ts';

export type DiagnosticReason =
  | 'resolved'
  | Miss
  | 'feature_not_found'
  | 'feature_not_in_selected_variations'
  | 'goal_not_found'
  | 'entity_not_found'
  | 'project_mapping_required'
  | 'preview';

/** Why something did or did not resolve for a visitor. */
export interface Diagnostic {
  /** `true` only for the reasons `resolved` and `preview`. */
  readonly resolved: boolean;
  readonly reason: DiagnosticReason;
  readonly message: string;
  /** Keys and numbers only: no visitor id, no attribute. */
  readonly details: Readonly<Record<string, string | number | null>>;
}

const MESSAGES: Readonly<Record<DiagnosticReason, string>> = {
  resolved: 'Found.',
  preview: 'Shown because this context previews it.',
  experience_not_found: 'The config has no experience with this key.',
  archived: 'The experience is archived.',
  environment_mismatch: 'The experience belongs to another environment.',
  location_mismatch: 'No location of the experience matches the location attributes.',
  audience_mismatch: "The visitor's attributes do not match the experience's audiences.",
  segment_mismatch: 'The visitor is in none of the custom segments the experience asks for.',
  not_in_traffic: 'The visitor qualifies but falls outside the share of traffic the experience gets.',
  config_unavailable: 'No config has been loaded yet.',
  feature_not_found: 'The config has no feature with this key.',
  feature_not_in_selected_variations: "None of the visitor's variations switches the feature on.",
  goal_not_found: 'The config has no goal with this key.',
  entity_not_found: 'The config has no such entity.',
  project_mapping_required: 'The config names no project.',
};

/** Whose decisions are asked about, and how they are made. */
export interface Question {
  readonly snapshot: Snapshot | null;
  readonly visitorId: string;
  previewOf(experienceKey: string): Variation | null;
  decide(snapshot: Snapshot, experience: Experience): Decision;
  /** The visitor's variations of the experiences that may carry a feature. */
  carriers(snapshot: Snapshot, featureId: string): Iterable<Variation>;
}

export function diagnoseExperience({ snapshot, visitorId, previewOf, decide }: Question, key: string): Diagnostic {
  const asked = { experienceKey: key };
  const preview = previewOf(key);
  if (preview !== null) return diagnostic('preview', { ...asked, variationKey: preview.result.variationKey });
  if (snapshot === null) return diagnostic('config_unavailable', asked);
  const experience = snapshot.experience(key);
  if (experience === undefined) return diagnostic('experience_not_found', asked);
  const bucket = bucketOf(snapshot.planOf(experience).prefix, visitorId);
  const decision = decide(snapshot, experience);
  if (typeof decision === 'string') return diagnostic(decision, { ...asked, bucket });
  return diagnostic('resolved', { ...asked, variationKey: decision.result.variationKey, bucket });
}

export function diagnoseFeature({ snapshot, carriers }: Question, key: string): Diagnostic {
  const asked = { featureKey: key };
  if (snapshot === null) return diagnostic('config_unavailable', asked);
  const feature = snapshot.feature(key);
  if (feature === undefined) return diagnostic('feature_not_found', asked);
  for (const { assignment, result } of carriers(snapshot, feature.id)) {
    if (!assignment.features.some(({ featureId }) => featureId === feature.id)) continue;
    const { experienceKey, variationKey } = result;
    return diagnostic('resolved', { ...asked, experienceKey, variationKey });
  }
  return diagnostic('feature_not_in_selected_variations', asked);
}

export function diagnoseGoal(snapshot: Snapshot | null, key: string): Diagnostic {
  const asked = { goalKey: key };
  if (snapshot === null) return diagnostic('config_unavailable', asked);
  const goal = snapshot.goal(key);
  return goal === undefined
    ? diagnostic('goal_not_found', asked)
    : diagnostic('resolved', { ...asked, goalId: goal.id });
}

export function diagnoseEntity(snapshot: Snapshot | null, type: string, keyOrId: string): Diagnostic {
  const asked = { entityType: type, entityKey: keyOrId };
  if (snapshot === null) return diagnostic('config_unavailable', asked);
  const singular = type.endsWith('s') ? type.slice(0, -1) : type;
  const source = isEntityType(singular, snapshot) ? snapshot.entity(singular, keyOrId) : null;
  return source === null
    ? diagnostic('entity_not_found', asked)
    : diagnostic('resolved', { ...asked, entityId: asId(source.id) });
}

function isEntityType(type: string, snapshot: Snapshot): type is EntityType {
  return Object.hasOwn(snapshot.entityCounts, type);
}

function diagnostic(reason: DiagnosticReason, details: Diagnostic['details']): Diagnostic {
  return { resolved: reason === 'resolved' || reason === 'preview', reason, message: MESSAGES[reason], details };
}
