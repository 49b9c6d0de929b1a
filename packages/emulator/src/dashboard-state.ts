import { isServed } from './config-routes.ts';
import type { Faults } from './faults.ts';
import type { FeedItem } from './feed.ts';
import type { ExperienceHealth } from './health.ts';
import type { HealthAnswer } from './health-source.ts';
import { type Experience, type Goal, labelOf, labelOfId, type Named, type Project, type Variation } from './project.ts';
import type { SplitCheck } from './split-check.ts';
import type { ExperienceStatistics, GoalStatistics, Statistics, VariationStatistics } from './statistics.ts';
import { isRunning } from './traffic-shares.ts';

/** What `GET /api/state` answers: everything the dashboard shows. */
export interface DashboardState {
  readonly project: { readonly name: string; readonly accountId: string; readonly projectId: string };
  readonly addresses: { readonly configUrl: string; readonly trackUrl: string; readonly sdkKey: string };
  readonly faults: Faults;
  /** Whether the application tells what it has counted; `null`: the emulator was not told where to ask. */
  readonly health: DashboardHealth | null;
  readonly totals: Omit<Statistics, 'experiences'>;
  readonly experiences: readonly DashboardExperience[];
  readonly feed: readonly FeedItem[];
}

export type DashboardHealth =
  | { readonly status: 'told'; readonly address: string }
  | { readonly status: 'untold'; readonly address: string; readonly reason: string };

export interface DashboardExperience {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly isServed: boolean;
  readonly environment: string;
  /** Percent of visitors that get any variation. */
  readonly traffic: number;
  readonly audiences: readonly string[];
  readonly locations: readonly string[];
  readonly visitors: number;
  readonly switched: number;
  readonly split: SplitCheck;
  /** What the application says of it; `null`: nothing. */
  readonly health: ExperienceHealth | null;
  /** The experience's own goals first. */
  readonly goals: readonly DashboardGoal[];
  readonly variations: readonly DashboardVariation[];
}

export interface DashboardGoal {
  readonly id: string;
  readonly label: string;
  readonly hasRevenue: boolean;
}

export interface DashboardVariation {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly isStopped: boolean;
  /** Percent of visitors that get it. */
  readonly traffic: number;
  readonly visitors: number;
  readonly expectedVisitors: number;
  readonly goals: readonly GoalStatistics[];
}

export interface DashboardParts {
  readonly project: Project;
  readonly addresses: DashboardState['addresses'];
  readonly faults: Faults;
  readonly statistics: Statistics;
  readonly feed: readonly FeedItem[];
  readonly health: HealthAnswer | null;
}

export function dashboardState(parts: DashboardParts): DashboardState {
  const { project, addresses, faults, statistics, feed, health } = parts;
  const told = health?.status === 'told' ? health.health.experiences : [];
  const { experiences, ...totals } = statistics;
  return {
    project: { name: project.name, accountId: project.accountId, projectId: project.projectId },
    addresses,
    faults,
    health: health && dashboardHealth(health),
    totals,
    experiences: project.experiences.flatMap((experience, index) => {
      const counted = experiences[index];
      return counted ? [dashboardExperience(experience, counted, project, told)] : [];
    }),
    feed,
  };
}

// What was told is shown with each experience.
function dashboardHealth(answer: HealthAnswer): DashboardHealth {
  return answer.status === 'told' ? { status: 'told', address: answer.address } : answer;
}

function dashboardExperience(
  experience: Experience,
  counted: ExperienceStatistics,
  project: Project,
  told: readonly ExperienceHealth[],
): DashboardExperience {
  const siteArea = experience.hasSiteArea ? ['site area'] : [];
  const locations = labelsOf(experience.locationIds, project.locations);
  return {
    id: experience.id,
    key: labelOf(experience),
    name: experience.name,
    type: experience.type,
    status: experience.status,
    isServed: isServed(experience.status),
    environment: experience.environment,
    traffic: experience.variations.reduce((sum, { share }) => sum + share, 0) * 100,
    // Ids of audiences and of segments share one list.
    audiences: labelsOf(experience.audienceIds, [...project.audiences, ...project.segments]),
    locations: locations.length > 0 ? locations : siteArea,
    visitors: counted.visitors,
    switched: counted.switched,
    split: counted.split,
    health: told.find(({ experienceId }) => experienceId === experience.id) ?? null,
    goals: goalsOf(experience, counted, project.goals),
    variations: experience.variations.flatMap((variation, index) => {
      const result = counted.variations[index];
      return result ? [dashboardVariation(variation, result)] : [];
    }),
  };
}

function dashboardVariation(
  variation: Variation,
  { visitors, expectedVisitors, goals }: VariationStatistics,
): DashboardVariation {
  const { id, key, name } = variation;
  const isStopped = !isRunning(variation);
  return { id, key, name, isStopped, traffic: trafficOf(variation), visitors, expectedVisitors, goals };
}

// People look for the number that they configured: a share counted in ten-thousandths makes 33.34% of a third.
function trafficOf({ traffic, share }: Variation): number {
  const percent = share * 100;
  return share > 0 && Math.abs(traffic - percent) < 0.05 ? traffic : percent;
}

function goalsOf(experience: Experience, counted: ExperienceStatistics, goals: readonly Goal[]): DashboardGoal[] {
  const own = goals.filter(({ id }) => experience.goalIds.includes(id));
  const others = goals.filter((goal) => !own.includes(goal) && hasConversions(goal.id, counted));
  return [...own, ...others].map((goal) => ({
    id: goal.id,
    label: labelOf(goal),
    hasRevenue: goal.type === 'revenue',
  }));
}

function hasConversions(goalId: string, { variations }: ExperienceStatistics): boolean {
  return variations.some(({ goals }) =>
    goals.some((goal) => goal.goalId === goalId && goal.conversions + goal.unexposed > 0),
  );
}

function labelsOf(ids: readonly string[], entities: readonly Named[]): string[] {
  return ids.map((id) => labelOfId(id, entities));
}
