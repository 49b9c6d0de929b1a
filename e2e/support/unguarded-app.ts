import { takeForgetfully } from './forgetful-relay.ts';
import { FORGETFUL_RELAY, type Guard, withoutGuard } from './guards.ts';
import { startRecorder } from './recorder.ts';

/** An application as browsers know it, whose pages run the library without some of its guards. */
export interface UnguardedApp {
  readonly url: string;
  /** The same for a script that does not come from the application. */
  cut(script: string): string;
  /** Throws when a guard was in none of the scripts: then the library has changed, and nothing has been proven. */
  close(): Promise<void>;
}

export async function startUnguardedApp(app: string, guards: readonly Guard[]): Promise<UnguardedApp> {
  const intact = new Set(guards);

  function cut(script: string): string {
    let code = script;
    for (const guard of guards) {
      const rest = withoutGuard(code, guard);
      if (rest === null) continue;
      intact.delete(guard);
      code = rest;
    }
    return code;
  }

  const recorder = await startRecorder(app, async (request) => {
    if (request.path === `${FORGETFUL_RELAY}/events`) return takeForgetfully(request);
    if (!/^\/_next\/static\/chunks\/[^?]*\.js/.test(request.path)) return null;
    const original = await fetch(app + request.path);
    const headers = { 'content-type': 'text/javascript', 'cache-control': `${original.headers.get('cache-control')}` };
    return new Response(cut(await original.text()), { headers });
  });

  return {
    url: recorder.url,
    cut,
    async close() {
      await recorder.close();
      if (intact.size > 0) throw new Error(`No script of ${app} has this code: ${[...intact].join(', ')}`);
    },
  };
}
