import type { Miss } from '../results.ts';

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

export function diagnostic(reason: DiagnosticReason, details: Diagnostic['details']): Diagnostic {
  return { resolved: reason === 'resolved' || reason === 'preview', reason, message: MESSAGES[reason], details };
}
