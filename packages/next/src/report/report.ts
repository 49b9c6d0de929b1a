import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConfigSnapshot, Core, type Payload } from '@convert-fullstack/core';
import { type BuiltRoute, builtRoutes } from './built-routes.ts';
import { type NamedInSource, namedInSources } from './named-in-sources.ts';
import { keyFinder } from './named-keys.ts';
import { type Bytes, bytesOf, largestPayload } from './payload-bytes.ts';

export interface Report {
  /** In the order of their addresses. */
  readonly routes: readonly RouteReport[];
  /** The same for a payload without `only`, wherever a visitor is. */
  readonly everything: Sized;
  /** Experiences that run and that no route names, nor a feature that they carry. */
  readonly unnamed: readonly string[];
  /** What the sources name and the project does not have. */
  readonly unknown: readonly NamedInSource[];
}

interface Sized {
  readonly experiences: readonly string[];
  readonly payload: Bytes;
}

export interface RouteReport {
  readonly route: string;
  /** Keys of experiences and features that its code names. */
  readonly names: readonly string[];
  /** Keys of the running experiences that a payload with `only: names` decides. */
  readonly experiences: readonly string[];
  /** The largest such payload, as JSON; `null`: a route handler. */
  readonly payload: Bytes | null;
  /** How many pages of it were rendered ahead of time. */
  readonly pages: number;
}

export interface ReportOptions {
  /** Where the application is. */
  readonly app: string;
  /** Where `next build` has put it, from there. */
  readonly dist: string;
  /** The project config. */
  readonly data: unknown;
  /** Experiences of other environments do not run; all do when absent. */
  readonly environment?: string | undefined;
}

/** Throws `ConvertError` `config_invalid`, and what reading files throws when there is no build. */
export async function reportOf({ app, dist, data, environment }: ReportOptions): Promise<Report> {
  const core = new Core({ data, ...(environment !== undefined && { environment }), tracking: 'off' });
  const experienceKeys = keysIn(data, 'experiences');
  const namesIn = keyReader([...new Set([...experienceKeys, ...keysIn(data, 'features')])]);

  async function reportRoute({ route, isPage, files, pages }: BuiltRoute): Promise<RouteReport> {
    const names = [...new Set((await Promise.all(files.map(namesIn))).flat())].sort();
    const { experiences, payload } = sized(largestPayload(core, experienceKeys, names));
    return { route, names, experiences, payload: isPage ? payload : null, pages };
  }

  const routes = await Promise.all((await builtRoutes(join(app, dist))).map(reportRoute));
  const everything = sized(largestPayload(core, experienceKeys));
  const named = new Set(routes.flatMap(({ experiences }) => experiences));
  const inSources = await namedInSources(app);
  return {
    routes,
    everything,
    unnamed: everything.experiences.filter((key) => !named.has(key)),
    unknown: inSources.filter(({ key, kind }) => !isKnown(core.currentConfig, kind, key)),
  };
}

function sized(payload: Payload): Sized {
  return { experiences: payload.experiences.map(({ experienceKey }) => experienceKey), payload: bytesOf(payload) };
}

/** Routes share most of their files: each is read once. */
function keyReader(keys: readonly string[]): (file: string) => Promise<string[]> {
  const find = keyFinder(keys);
  const found = new Map<string, Promise<string[]>>();
  return (file) => {
    let names = found.get(file);
    if (names === undefined) {
      // What is listed and not there, as on hosts that move files away, names nothing.
      names = readFile(file, 'utf8').then(find, () => []);
      found.set(file, names);
    }
    return names;
  };
}

/** The config has been accepted: entities are objects with a key. */
function keysIn(data: unknown, entities: 'experiences' | 'features'): string[] {
  const listed = (data as Record<string, unknown>)[entities];
  if (!Array.isArray(listed)) return [];
  return listed.flatMap(({ key }: { key?: unknown }) => (typeof key === 'string' ? key : []));
}

function isKnown(config: ConfigSnapshot | null, kind: NamedInSource['kind'], key: string): boolean {
  const types = kind === 'experience or feature' ? (['experience', 'feature'] as const) : [kind];
  return types.some((type) => config?.entity(type, key) != null);
}
