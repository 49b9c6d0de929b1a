import { isServed } from './config-routes.ts';
import type { Delivery } from './delivery.ts';
import type { Faults } from './faults.ts';
import type { FeedItem } from './feed.ts';
import { type Experience, type Goal, labelOf, type Named, type Project } from './project.ts';
import type { ExperienceStatistics, GoalStatistics, Statistics } from './statistics.ts';

/** What `GET /api/state` answers: everything the dashboard shows. */
export interface DashboardState {
  readonly project: { readonly name: string; readonly accountId: string; readonly projectId: string };
  readonly addresses: { readonly configUrl: string; readonly trackUrl: string; readonly sdkKey: string };
  readonly faults: Faults;
  readonly totals: {
    readonly visitors: number;
    readonly exposures: number;
    readonly conversions: number;
    readonly uncredited: number;
    readonly refused: number;
    readonly discarded: number;
  };
  readonly experiences: readonly DashboardExperience[];
  readonly feed: readonly FeedItem[];
}

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
  readonly traffic: number;
  readonly visitors: number;
  readonly goals: readonly GoalStatistics[];
}

export interface DashboardParts {
  readonly project: Project;
  readonly addresses: DashboardState['addresses'];
  readonly faults: Faults;
  readonly deliveries: readonly Delivery[];
  readonly statistics: Statistics;
  readonly feed: readonly FeedItem[];
}

export function dashboardState(parts: DashboardParts): DashboardState {
  const { project, addresses, faults, deliveries, statistics, feed } = parts;
  const { visitors, exposures, conversions, uncredited } = statistics;
  return {
    project: { name: project.name, accountId: project.accountId, projectId: project.projectId },
    addresses,
    faults,
    totals: {
      visitors,
      exposures,
      conversions,
      uncredited,
      refused: deliveries.filter(({ status }) => status === 'refused').length,
      discarded: deliveries.filter(({ status }) => status === 'discarded').length,
    },
    experiences: project.experiences.flatMap((experience, index) => {
      const counted = statistics.experiences[index];
      return counted ? [dashboardExperience(experience, counted, project)] : [];
    }),
    feed,
  };
}

function dashboardExperience(
  experience: Experience,
  counted: ExperienceStatistics,
  project: Project,
): DashboardExperience {
  const running = experience.variations.filter(({ status }) => status !== 'stopped');
  const siteArea = experience.hasSiteArea ? ['site area'] : [];
  const locations = namesOf(experience.locationIds, project.locations);
  return {
    id: experience.id,
    key: labelOf(experience),
    name: experience.name,
    type: experience.type,
    status: experience.status,
    isServed: isServed(experience.status),
    environment: experience.environment,
    traffic: running.reduce((sum, { traffic }) => sum + traffic, 0),
    // Ids of audiences and of segments share one list.
    audiences: namesOf(experience.audienceIds, [...project.audiences, ...project.segments]),
    locations: locations.length > 0 ? locations : siteArea,
    visitors: counted.visitors,
    switched: counted.switched,
    goals: goalsOf(experience, counted, project.goals),
    variations: experience.variations.flatMap(({ id, key, name, status, traffic }, index) => {
      const { visitors, goals } = counted.variations[index] ?? { visitors: 0, goals: [] };
      return [{ id, key, name, isStopped: status === 'stopped', traffic, visitors, goals }];
    }),
  };
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

function namesOf(ids: readonly string[], entities: readonly Named[]): string[] {
  return ids.map((id) => {
    const entity = entities.find((candidate) => candidate.id === id);
    return entity ? labelOf(entity) : id;
  });
}
