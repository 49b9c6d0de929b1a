import { createHash } from 'node:crypto';
import { answersCors, type Exchange, sendError, sendJson, sendMethodNotAllowed } from './exchange.ts';
import { type Faults, misbehaves } from './faults.ts';
import type { Project } from './project.ts';
import { addressProblem } from './project-address.ts';

export const configPath = '/api/v1/config/';

// What the service keeps to itself until a debug token or a preview asks for it.
const hiddenStatuses: ReadonlySet<string> = new Set(['draft', 'paused', 'scheduled']);

export interface ConfigRoutesOptions {
  readonly project: Project;
  readonly sdkKeys: readonly string[];
  readonly faults: () => Faults;
}

/** `GET /api/v1/config/{sdkKey}` and `GET /api/v1/config/{accountId}/{projectId}`. */
export function createConfigRoutes({ project, sdkKeys, faults }: ConfigRoutesOptions): (exchange: Exchange) => void {
  return (exchange) => {
    const { request, response, url } = exchange;
    if (answersCors(exchange, 'GET')) return;
    if (request.method !== 'GET') return sendMethodNotAllowed(exchange, 'GET');
    const problem = addressProblem(url.pathname.slice(configPath.length), project, sdkKeys);
    if (problem) return sendError(response, 404, problem);
    if (misbehaves(faults().config, response)) return;

    const config = servedConfig(project, {
      debugToken: url.searchParams.get('debug_token'),
      experienceId: url.searchParams.get('exp'),
    });
    const etag = `"${createHash('sha256').update(JSON.stringify(config)).digest('base64url')}"`;
    response.setHeader('ETag', etag);
    response.setHeader('Cache-Control', 'no-cache');
    if (request.headers['if-none-match'] !== etag) return sendJson(response, 200, config);
    response.statusCode = 304;
    response.end();
  };
}

export function isServed(status: string): boolean {
  return !hiddenStatuses.has(status);
}

interface Unhide {
  readonly debugToken: string | null;
  readonly experienceId: string | null;
}

function servedConfig(project: Project, { debugToken, experienceId }: Unhide): Readonly<Record<string, unknown>> {
  if (debugToken) return { ...project.document, is_debug: true };
  const { experiences } = project.document;
  if (!Array.isArray(experiences)) return project.document;
  const isShown = (index: number): boolean => {
    const experience = project.experiences[index];
    return experience === undefined || isServed(experience.status) || experience.id === experienceId;
  };
  return { ...project.document, experiences: experiences.filter((_, index) => isShown(index)) };
}
