import process from 'node:process';
import { Core } from '@convert-fullstack/core';

/** One for a whole process. The addresses are those of a local Convert; unset, they are Convert's own. */
export function createCore(options) {
  const { CONVERT_SDK_KEY, CONVERT_CONFIG_URL, CONVERT_TRACK_URL } = process.env;
  return new Core({
    sdkKey: CONVERT_SDK_KEY,
    environment: 'production',
    transport: { configUrl: CONVERT_CONFIG_URL, trackUrl: CONVERT_TRACK_URL },
    ...options,
  });
}
