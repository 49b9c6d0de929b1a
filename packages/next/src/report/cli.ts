import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { reportOf } from './report.ts';
import { reportText } from './report-text.ts';

const usage = `Usage: convert-report --config <file or address> [options]

What each route of an application names after \`next build\`: experiences, features, and the bytes they make in its payload.

  --config <file>         the project config; or the address it is fetched from
  --environment <name>    the environment whose experiences run (default: all)
  --app <folder>          where the application is (default: here)
  --dist <folder>         the distDir of its next.config (default: .next)
  --json                  for programs
  --help                  print this`;

await main().catch((cause: unknown) => {
  console.error(`convert-report: ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      environment: { type: 'string' },
      app: { type: 'string', default: '.' },
      dist: { type: 'string', default: '.next' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const { config, json, ...where } = values;
  if (config === undefined) throw new Error('Which project? Give it a --config.');
  const report = await reportOf({ ...where, data: await readConfig(config) });
  console.log(json ? JSON.stringify(report, null, 2) : reportText(report));
}

/** An address may contain the SDK key, and stays out of what is said. */
async function readConfig(place: string): Promise<unknown> {
  if (!/^https?:/.test(place)) return JSON.parse(await readFile(place, 'utf8'));
  const response = await fetch(place);
  if (!response.ok) throw new Error(`The config was answered with ${response.status}.`);
  return response.json();
}
