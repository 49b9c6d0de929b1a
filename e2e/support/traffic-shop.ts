import { freePort, type RunningApp, startApp } from './servers.ts';

/** A storefront that is restarted while people shop. */
export interface TrafficShop {
  readonly url: string;
  /** What the shop signs webhooks with. */
  readonly webhookSecret: string;
  /** Runs what a restart must not come into the middle of. */
  steadily<Result>(run: () => Promise<Result>): Promise<Result>;
  /** SIGTERM, and another process in the same place. */
  restart(): Promise<void>;
  /** SIGTERM; what was taken over has been delivered then. */
  stop(): Promise<void>;
}

/** For whatever a collector that fails has kept waiting. */
const PATIENCE_MS = 30_000;
const WEBHOOK_SECRET = 'scripted-secret';

export async function openTrafficShop(collector: { configUrl: string; trackUrl: string }): Promise<TrafficShop> {
  const port = await freePort();
  const env = { ORDER_WEBHOOK_SECRET: WEBHOOK_SECRET };
  const start = () => startApp('storefront', { ...collector, sdkKey: 'traffic', port, env });
  const steady = new Set<Promise<unknown>>();
  let app: RunningApp = await start();
  let restarting: Promise<void> | null = null;

  async function startAgain(): Promise<void> {
    await Promise.allSettled(steady);
    await app.stop(PATIENCE_MS);
    app = await start();
  }

  return {
    url: app.url,
    webhookSecret: WEBHOOK_SECRET,
    async steadily(run) {
      while (restarting !== null) await restarting;
      const running = run();
      steady.add(running);
      try {
        return await running;
      } finally {
        steady.delete(running);
      }
    },
    async restart() {
      restarting = startAgain();
      await restarting;
      restarting = null;
    },
    async stop() {
      await restarting;
      await app.stop(PATIENCE_MS);
    },
  };
}
