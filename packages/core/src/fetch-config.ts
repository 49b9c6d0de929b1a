import { systemClock } from './adapters/system-clock.ts';
import { connect } from './connection.ts';
import type { CoreOptions } from './options.ts';
import { settingsOf } from './settings.ts';

/**
 * A project's config as the service has it, for whoever keeps and refreshes it on their own; it is not looked into. Rejects
 * when there is none in time, and with `ConvertError` `options_invalid` for addresses that are no http(s) URLs.
 *
 * @example
 * const config = await fetchConfig({ sdkKey, environment: 'production' });
 * const core = new Core({ sdkKey, environment: 'production', fallbackData: config, refresh: false }); // ready at once
 */
export async function fetchConfig(
  options: Pick<CoreOptions, 'sdkKey' | 'environment' | 'transport'>,
): Promise<unknown> {
  const connection = connect(options, settingsOf(options).timeoutMs, systemClock);
  const { status, body } = await connection.fetchConfig(null, null);
  if (status !== 200) throw new Error(`The config service answered with status ${status}.`);
  return body;
}
