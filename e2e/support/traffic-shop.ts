import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, type RunningApp, startApp } from './servers.ts';

/** What a visitor is about to do. */
export type Moment = 'order' | 'webhook' | 'lost answer' | 'last visit';

/** A storefront that is restarted while people shop. */
export interface TrafficShop {
  readonly url: string;
  /** What the shop signs webhooks with. */
  readonly webhookSecret: string;
  /** Has the server asked to stop (SIGTERM) when somebody reaches this moment next; another process takes its place. */
  restartAt(moment: Moment): void;
  reached(moment: Moment): void;
  /** In the middle of what the server has been restarted, in this order. */
  restarts(): readonly Moment[];
  /** SIGTERM; what was taken over has been delivered then. */
  stop(): Promise<void>;
}

/** For whatever a collector that fails has kept waiting. */
const PATIENCE_MS = 30_000;
const WEBHOOK_SECRET = 'scripted-secret';

/** `delayMs`: how long after such a moment the signal comes. */
export async function openTrafficShop(
  collector: { configUrl: string; trackUrl: string },
  delayMs: () => number,
): Promise<TrafficShop> {
  const port = await freePort();
  // What a process has counted, the next one has to know: answers get lost with the process.
  const folder = await mkdtemp(join(tmpdir(), 'e2e-visitors-'));
  const { href: unusedConnections } = new URL('unused-connections.mjs', import.meta.url);
  const env = {
    ORDER_WEBHOOK_SECRET: WEBHOOK_SECRET,
    VISITOR_FOLDER: folder,
    NODE_OPTIONS: `--import ${unusedConnections}`,
  };
  // A server that stops goes on for as long as somebody uses a connection that is kept alive.
  const args = ['--keepAliveTimeout', '200'];
  const start = () => startApp('storefront', { ...collector, sdkKey: 'traffic', port, env, args });
  const awaited = new Set<Moment>();
  const restarts: Moment[] = [];
  let app: RunningApp = await start();
  let restarting: Promise<void> | null = null;

  async function stop(): Promise<void> {
    if (!(await app.stop(PATIENCE_MS))) throw new Error(`The server was killed:\n${app.output()}`);
  }

  async function restart(): Promise<void> {
    await sleep(delayMs());
    await stop();
    app = await start();
    restarting = null;
  }

  return {
    url: app.url,
    webhookSecret: WEBHOOK_SECRET,
    restartAt: (moment) => void awaited.add(moment),
    reached(moment) {
      if (restarting !== null || !awaited.delete(moment)) return;
      restarts.push(moment);
      restarting = restart();
    },
    restarts: () => restarts,
    async stop() {
      await restarting;
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
