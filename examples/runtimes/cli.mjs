// A tool for people: `node cli.mjs visitor-1 checkout-started purchase` reports that a visitor reached these goals.
import process from 'node:process';
import { createCore } from './convert.mjs';

async function main([visitorId, ...goalKeys]) {
  const core = await createCore({ retry: { maxMs: 3_000 } }).initialize();
  try {
    const context = core.createContext(visitorId);
    for (const goalKey of goalKeys) {
      const { tracked, reason } = context.trackConversion(goalKey);
      if (!tracked) throw new Error(`Not counted: ${goalKey} (${reason})`);
      console.log(goalKey);
    }
  } finally {
    await core.flush();
    await core.close();
  }
}

await main(process.argv.slice(2));
// Command line frameworks end like this, whatever is still under way.
process.exit();
