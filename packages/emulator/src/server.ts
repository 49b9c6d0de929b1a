import type { IncomingMessage, ServerResponse } from 'node:http';
import { configPath, createConfigRoutes } from './config-routes.ts';
import { createDashboardRoutes } from './dashboard-routes.ts';
import { dashboardState } from './dashboard-state.ts';
import type { Delivery, DiscardedDelivery, RefusedDelivery, VisitorEvent } from './delivery.ts';
import { visitorEvents } from './delivery.ts';
import { type Exchange, sendError } from './exchange.ts';
import type { Faults } from './faults.ts';
import { createFeed } from './feed.ts';
import { createHealthSource } from './health-source.ts';
import { listen } from './listen.ts';
import { createLiveStream } from './live-stream.ts';
import { parseProject } from './project.ts';
import { readProjectFile, sampleProjectPath } from './project-file.ts';
import { type Statistics, summarize } from './statistics.ts';
import { createMemoryStore, openFileStore } from './store.ts';
import { createTrackRoutes, trackPath } from './track-routes.ts';
import { type VisitorHistory, visitorHistories } from './visitor-histories.ts';

export interface EmulatorOptions {
  /** The project config to serve, as the service would; default the sample project of this package. */
  readonly project?: unknown;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default: all of localhost, IPv4 and IPv6. */
  readonly host?: string;
  /** A JSONL file that keeps what was sent across restarts; default in memory. */
  readonly dataFile?: string;
  /** The SDK keys to accept; default any. */
  readonly sdkKeys?: readonly string[];
  /**
   * Where an application tells its `core.health()`, such as `http://localhost:3000/api/health`: the dashboard then shows who
   * was assigned, too. Default: nowhere.
   */
  readonly health?: string;
  /** Told about every delivery, one line each. */
  readonly log?: (line: string) => void;
}

export interface Emulator {
  readonly url: string;
  readonly dashboardUrl: string;
  /** For a Core's `transport.configUrl`. */
  readonly configUrl: string;
  /** For a Core's `transport.trackUrl`. */
  readonly trackUrl: string;
  /** An SDK key that is accepted. */
  readonly sdkKey: string;
  /** All that are accepted; `any` unless the options list them. */
  readonly sdkKeys: readonly string[] | 'any';
  /** Accepted events, one per visitor and event, oldest first. */
  events(): readonly VisitorEvent[];
  /** Requests that were answered with an error, with the reason. */
  rejected(): readonly RefusedDelivery[];
  /** Requests that were answered with 200 and dropped as a bot's. */
  discarded(): readonly DiscardedDelivery[];
  /** Every visitor with all that was counted for it, in the order of arrival. Nothing is left out or merged. */
  visitors(): readonly VisitorHistory[];
  /** The results of every experience, and whether its visitors are split as configured. */
  statistics(): Statistics;
  /** Breaks the config or the tracking half, or mends it. */
  setFaults(faults: Partial<Faults>): void;
  /** Forgets everything that was sent, and mends both halves. */
  reset(): void;
  close(): Promise<void>;
}

const feedSize = 200;
const working: Faults = { config: 'ok', track: 'ok' };

/** Starts a local Convert: `const emulator = await startEmulator({ port: 4400 })`. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, host, dataFile, sdkKeys = [], log = () => {} } = options;
  const askHealth = options.health === undefined ? null : createHealthSource(options.health);
  const project = parseProject(options.project ?? (await readProjectFile(sampleProjectPath)));
  const store = dataFile === undefined ? createMemoryStore() : openFileStore(dataFile);
  const feed = createFeed(project, feedSize);
  const stream = createLiveStream();
  const sdkKey = sdkKeys[0] ?? 'local';
  const address = { configUrl: '', trackUrl: '', sdkKey };
  let faults = working;
  for (const delivery of store.deliveries()) feed.add(delivery);

  const events = (): VisitorEvent[] => store.deliveries().flatMap(visitorEvents);
  const visitors = (): VisitorHistory[] => visitorHistories(events(), project);
  const statistics = (): Statistics => summarize(store.deliveries(), project);

  function keep(delivery: Delivery): void {
    store.append(delivery);
    stream.send('delivery', feed.add(delivery));
    log(logLine(delivery));
  }

  function setFaults(change: Partial<Faults>): void {
    faults = { ...faults, ...change };
    stream.send('faults', faults);
  }

  function reset(): void {
    store.clear();
    feed.clear();
    stream.send('reset', null);
    setFaults(working);
  }

  const configRoutes = createConfigRoutes({ project, sdkKeys, faults: () => faults });
  const trackRoutes = createTrackRoutes({ project, sdkKeys, faults: () => faults, keep });
  const dashboardRoutes = createDashboardRoutes({
    state: async () => {
      const health = (await askHealth?.()) ?? null;
      return dashboardState({
        project,
        addresses: address,
        faults,
        statistics: statistics(),
        feed: feed.latest(),
        health,
      });
    },
    visitors,
    stream,
    faults: () => faults,
    setFaults,
    reset,
  });

  async function route(exchange: Exchange): Promise<void> {
    const { pathname } = exchange.url;
    if (pathname.startsWith(configPath)) return configRoutes(exchange);
    if (pathname.startsWith(trackPath)) return trackRoutes(exchange);
    return dashboardRoutes(exchange);
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const target = `http://emulator${request.url ?? '/'}`;
    if (!URL.canParse(target)) {
      sendError(response, 400, 'The request target is not a path.');
      return;
    }
    route({ request, response, url: new URL(target) }).catch((cause: unknown) => {
      // A sender that gave up halfway has nobody left to answer.
      if (request.destroyed && !request.complete) return;
      log(`error: ${cause instanceof Error ? cause.message : String(cause)}`);
      if (!response.headersSent) sendError(response, 500, 'The emulator failed; see its log.');
    });
  }

  const listening = await listen(onRequest, port, host).catch((cause: unknown) => {
    stream.close();
    store.close();
    throw cause;
  });
  address.configUrl = `${listening.url}/api/v1`;
  address.trackUrl = `${listening.url}/v1`;
  let closing: Promise<void> | undefined;

  return {
    url: listening.url,
    dashboardUrl: `${listening.url}/`,
    configUrl: address.configUrl,
    trackUrl: address.trackUrl,
    sdkKey,
    sdkKeys: sdkKeys.length > 0 ? sdkKeys : 'any',
    events,
    rejected: () => store.deliveries().filter((delivery) => delivery.status === 'refused'),
    discarded: () => store.deliveries().filter((delivery) => delivery.status === 'discarded'),
    visitors,
    statistics,
    setFaults,
    reset,
    close: () => {
      closing ??= (async () => {
        stream.close();
        await listening.close();
        store.close();
      })();
      return closing;
    },
  };
}

function logLine(delivery: Delivery): string {
  if (delivery.status !== 'accepted') return printable(`${delivery.status}: ${delivery.reason}`);
  const count = visitorEvents(delivery).length;
  return `accepted: ${count} ${count === 1 ? 'event' : 'events'}`;
}

// A visitor id may hold escape sequences, and the line ends up in somebody's terminal.
function printable(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, '\uFFFD');
}
