import * as v from 'valibot';
import { type Batch, type BatchEvent, batchSchema } from './batch.ts';
import type { Project } from './project.ts';

export interface Problem {
  /** Where in the body, e.g. `visitors[0].events[1].data.variationId`. */
  readonly path: string;
  readonly reason: string;
}

export type Validation =
  | { readonly valid: true; readonly batch: Batch }
  | { readonly valid: false; readonly problems: readonly [Problem, ...Problem[]] };

/** Judges the body of one tracking request against the wire format and the project. */
export function validateBatch(body: unknown, project: Project): Validation {
  const parsed = v.safeParse(batchSchema, body);
  if (!parsed.success) {
    const [first, ...more] = parsed.issues;
    return { valid: false, problems: [problemOf(first), ...more.map(problemOf)] };
  }
  const [first, ...more] = projectProblems(parsed.output, project);
  if (first) return { valid: false, problems: [first, ...more] };
  return { valid: true, batch: parsed.output };
}

function* projectProblems(batch: Batch, project: Project): Generator<Problem> {
  if (batch.accountId !== project.accountId) {
    yield { path: 'accountId', reason: `is ${quote(batch.accountId)}, this project's is ${quote(project.accountId)}` };
  }
  if (batch.projectId !== project.projectId) {
    yield { path: 'projectId', reason: `is ${quote(batch.projectId)}, this project's is ${quote(project.projectId)}` };
  }
  const seen = new Set<string>();
  for (const [index, visitor] of batch.visitors.entries()) {
    const path = `visitors[${index}]`;
    if (seen.has(visitor.visitorId)) {
      yield { path: `${path}.visitorId`, reason: `${quote(visitor.visitorId)} has an entry already; one per visitor` };
    }
    seen.add(visitor.visitorId);
    for (const [position, segmentId] of (visitor.segments?.customSegments ?? []).entries()) {
      if (project.segments.some((segment) => segment.id === segmentId)) continue;
      yield {
        path: `${path}.segments.customSegments[${position}]`,
        reason: missing('segment', segmentId, project.segments),
      };
    }
    for (const [position, event] of visitor.events.entries()) {
      yield* eventProblems(event, `${path}.events[${position}].data`, project);
    }
  }
}

function* eventProblems(event: BatchEvent, path: string, project: Project): Generator<Problem> {
  if (event.eventType === 'bucketing') {
    const { experienceId, variationId } = event.data;
    yield* pairProblems(experienceId, variationId, `${path}.experienceId`, `${path}.variationId`, project);
    return;
  }
  const { goalId, goalData = [], bucketingData = {} } = event.data;
  if (!project.goals.some((goal) => goal.id === goalId)) {
    yield { path: `${path}.goalId`, reason: missing('goal', goalId, project.goals) };
  }
  for (const [index, { key }] of goalData.entries()) {
    if (goalData.findIndex((other) => other.key === key) === index) continue;
    yield { path: `${path}.goalData[${index}].key`, reason: `${quote(key)} is given twice` };
  }
  for (const [experienceId, variationId] of Object.entries(bucketingData)) {
    const pairPath = `${path}.bucketingData[${quote(experienceId)}]`;
    yield* pairProblems(experienceId, variationId, pairPath, pairPath, project);
  }
}

function* pairProblems(
  experienceId: string,
  variationId: string,
  experiencePath: string,
  variationPath: string,
  project: Project,
): Generator<Problem> {
  const experience = project.experiences.find(({ id }) => id === experienceId);
  if (!experience) {
    yield { path: experiencePath, reason: missing('experience', experienceId, project.experiences) };
    return;
  }
  if (experience.variations.some(({ id }) => id === variationId)) return;
  yield {
    path: variationPath,
    reason: missing(`variation of ${quote(experience.key)}`, variationId, experience.variations),
  };
}

function missing(noun: string, id: string, entities: readonly { readonly id: string; readonly key: string }[]): string {
  const keyed = entities.find(({ key }) => key === id);
  const hint = keyed ? ` (that is a key; its id is ${quote(keyed.id)})` : '';
  return `names no ${noun}: ${quote(id)}${hint}`;
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  return { path: pathOf(issue), reason: reasonOf(issue) };
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key}]` : memberPath(String(key))));
  return path.join('').replace(/^\./, '') || 'body';
}

function memberPath(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${quote(key)}]`;
}

function reasonOf(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === 'schema' && issue.expected === 'never') return 'is not a member of the wire format';
  const value = issue.path?.at(-1)?.value ?? issue.input;
  if (value === undefined) return 'is missing';
  if (value === null) return 'is null; leave absent parts out';
  if (issue.type === 'strict_object') return `must be an object, not ${quote(value)}`;
  return `${issue.message}, not ${quote(value)}`;
}

function quote(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 79)}…` : json;
}
