import type { Project } from './project.ts';

/**
 * Says what is wrong with the part of a path that names the project: `{sdkKey}` or `{accountId}/{projectId}`.
 * Without a list of SDK keys, every key is this project's.
 */
export function addressProblem(address: string, project: Project, sdkKeys: readonly string[]): string | null {
  const parts = decode(address);
  if (!parts || parts.includes('')) return 'The path must end in {sdkKey} or {accountId}/{projectId}.';
  const [first, second, ...rest] = parts;
  if (first === undefined || rest.length > 0) return 'The path must end in {sdkKey} or {accountId}/{projectId}.';
  if (second === undefined) {
    if (sdkKeys.length === 0 || sdkKeys.includes(first)) return null;
    return `No project has the SDK key ${JSON.stringify(first)}.`;
  }
  if (first === project.accountId && second === project.projectId) return null;
  return `No project is at ${first}/${second}; this one is ${project.accountId}/${project.projectId}.`;
}

function decode(address: string): string[] | null {
  try {
    return address.split('/').map(decodeURIComponent);
  } catch {
    return null;
  }
}
