import { describe, expect, it } from 'vitest';
import { startEmulator } from '../src/index.ts';
import { runEmulator } from './emulator.ts';
import { accountId, projectId, wishlistDraft } from './sample.ts';

interface Config {
  readonly account_id: string;
  readonly is_debug: boolean;
  readonly experiences: readonly { readonly id: string; readonly status: string }[];
}

async function getConfig(url: string): Promise<Config> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  // The sample project is a config document.
  return (await response.json()) as Config;
}

describe('the config', () => {
  it('is served for any SDK key and for the ids of the project', async () => {
    const { configUrl } = await runEmulator();
    const byKey = await getConfig(`${configUrl}/config/whatever?environment=production&_conv_low_cache=1`);
    expect(byKey.account_id).toBe(accountId);
    expect(await getConfig(`${configUrl}/config/${accountId}/${projectId}`)).toEqual(byKey);
  });

  it('is served on both addresses of localhost', async () => {
    const { url } = await runEmulator();
    const { port } = new URL(url);
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/config/local`)).status).toBe(200);
    expect((await fetch(`http://localhost:${port}/api/v1/config/local`)).status).toBe(200);
  });

  it('is refused to other SDK keys once keys are listed, and to the ids of another project', async () => {
    const { configUrl, sdkKey } = await runEmulator({ sdkKeys: ['staging-key', 'production-key'] });
    expect(sdkKey).toBe('staging-key');
    expect((await fetch(`${configUrl}/config/production-key`)).status).toBe(200);
    const unknown = await fetch(`${configUrl}/config/other-key`);
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toEqual({ code: 404, message: expect.stringContaining('"other-key"'), fields: [] });
    expect((await fetch(`${configUrl}/config/1/2`)).status).toBe(404);
    expect((await fetch(`${configUrl}/config/%E0%A4%A`)).status).toBe(404);
  });

  it('hides a draft until a debug token or its preview asks for it', async () => {
    const { configUrl } = await runEmulator();
    const ids = ({ experiences }: Config) => experiences.map(({ id }) => id);
    const plain = await getConfig(`${configUrl}/config/local`);
    expect(ids(plain)).not.toContain(wishlistDraft);
    expect(plain.is_debug).toBe(false);

    const preview = await getConfig(`${configUrl}/config/local?exp=${wishlistDraft}&_conv_low_cache=1`);
    expect(ids(preview)).toContain(wishlistDraft);

    const debug = await getConfig(`${configUrl}/config/local?debug_token=t`);
    expect(ids(debug)).toContain(wishlistDraft);
    expect(debug.is_debug).toBe(true);
  });

  it('hides paused and scheduled experiences, and serves completed ones', async () => {
    const experiences = ['active', 'paused', 'scheduled', 'draft', 'completed'].map((status) => ({
      id: status,
      key: status,
      status,
    }));
    const { configUrl } = await runEmulator({ project: { account_id: '1', project: { id: '2' }, experiences } });
    const config = await getConfig(`${configUrl}/config/local`);
    expect(config.experiences.map(({ status }) => status)).toEqual(['active', 'completed']);
  });

  it('is not sent again to those who have it', async () => {
    const { configUrl } = await runEmulator();
    const first = await fetch(`${configUrl}/config/local`);
    const etag = first.headers.get('etag') ?? '';
    const again = await fetch(`${configUrl}/config/local`, { headers: { 'If-None-Match': etag } });
    expect(again.status).toBe(304);
    const draft = await fetch(`${configUrl}/config/local?debug_token=t`, { headers: { 'If-None-Match': etag } });
    expect(draft.status).toBe(200);
  });

  it('may be fetched by pages of any origin', async () => {
    const { configUrl } = await runEmulator();
    const preflight = await fetch(`${configUrl}/config/local`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/content-type.*authorization/i);
    expect((await fetch(`${configUrl}/config/local`)).headers.get('access-control-allow-origin')).toBe('*');
  });

  it('must be a project config', async () => {
    await expect(startEmulator({ project: { account_id: '1' } })).rejects.toThrow(/not a project config: project/);
    await expect(startEmulator({ project: 'x' })).rejects.toMatchObject({ code: 'project_invalid' });
  });
});

describe('an unknown path', () => {
  it('is answered with 404 in the shape of the service', async () => {
    const { url } = await runEmulator();
    const response = await fetch(`${url}/api/v2/config`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ code: 404, message: 'Nothing is at /api/v2/config.', fields: [] });
  });
});
