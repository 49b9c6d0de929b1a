import { connection } from 'next/server';
import { Shop } from './shop';

/** No server decides here. It is rendered for each request only because the tests say where Convert is. */
export default async function ClientOnly() {
  await connection();
  const { CONVERT_SDK_KEY: sdkKey = 'demo', CONVERT_CONFIG_URL: configUrl, CONVERT_TRACK_URL: trackUrl } = process.env;
  return <Shop sdkKey={sdkKey} transport={{ configUrl, trackUrl }} />;
}
