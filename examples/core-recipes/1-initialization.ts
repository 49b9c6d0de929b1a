// Starts Core in every way there is: with a config at hand, by SDK key, for one block, and in a long-running service.
import assert from 'node:assert/strict';
import process from 'node:process';
import { Core } from '@convert-fullstack/core';

// Direct config (no network)
{
  const core = await new Core({
    data: {
      account_id: '1001',
      project: { id: '2002', name: 'Demo' },
      experiences: [],
      features: [],
      goals: [],
    },
  }).initialize();

  assert(core.isReady);
  await core.close();
}

// SDK key (remote fetch): read the key from the environment, never hard-code credentials
const { CONVERT_SDK_KEY = '', CONVERT_CONFIG_URL } = process.env;
const configHost = CONVERT_CONFIG_URL === undefined ? {} : { configUrl: CONVERT_CONFIG_URL };
{
  const core = await new Core({
    sdkKey: CONVERT_SDK_KEY,
    environment: 'production',
    transport: { ...configHost, timeoutMs: 5_000 },
  }).initialize();

  assert(core.isReady);
  await core.close();
}

// Block form: close() is called at the end of the block, even on error
{
  await using core = await new Core({
    data: { account_id: '1001', project: { id: '2' }, experiences: [], features: [], goals: [] },
  }).initialize();

  const context = core.createContext('visitor-001');
  const result = context.runExperience('checkout-experiment');
  console.log(result); // null: the config has no such experience
}

// Long-running service with auto-refresh
{
  const core = await new Core({
    sdkKey: CONVERT_SDK_KEY,
    transport: configHost,
    refresh: {
      intervalMs: 300_000, // refresh every 5 minutes
      jitterMs: 30_000, // avoid a thundering herd across instances
      backoffFactor: 2, // exponential back-off on transient failures
      backoffMaxMs: 600_000, // never back off longer than 10 minutes
    },
  }).initialize();

  // Hear of every new config, e.g. to bust a downstream cache:
  core.on('configUpdated', () => console.log('config swapped'));

  // Refresh at once. There is no need to wait for it; here it makes sure that the line above is printed.
  await core.refreshNow();

  // Accessing the current snapshot: immutable, and null before the first config is there
  const snapshot = core.currentConfig;
  if (snapshot !== null) console.log(snapshot.projectId, snapshot.accountId);

  await core.close(); // stops refreshing
}
