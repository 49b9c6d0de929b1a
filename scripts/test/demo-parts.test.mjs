import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { answers, freePort } from '../lib/ports.mjs';
import { start } from '../lib/processes.mjs';
import { nodeTooOld } from '../lib/toolchain.mjs';

const servers = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function serve(host, answer = (_, response) => response.end('hello')) {
  const server = createServer(answer);
  servers.push(server);
  return new Promise((resolve) => server.listen(0, host, () => resolve(server.address().port)));
}

describe('a port', () => {
  it.each(['127.0.0.1', '::'])('is passed over when somebody listens on %s', async (host) => {
    const busy = await serve(host);
    expect(await freePort(busy)).toBeGreaterThan(busy);
  });

  it('is taken as it is when it is free', async () => {
    const port = await serve('127.0.0.1');
    await new Promise((resolve) => servers.pop().close(resolve));
    expect(await freePort(port)).toBe(port);
  });

  it('answers once a page comes from it, and not while it fails', async () => {
    let requests = 0;
    const port = await serve('127.0.0.1', (_, response) => {
      requests += 1;
      response.writeHead(requests < 3 ? 503 : 200).end();
    });
    expect(await answers(`http://127.0.0.1:${port}`, 5_000)).toBe(true);
    expect(requests).toBe(3);
    expect(await answers('http://127.0.0.1:1', 300)).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('a command', () => {
  const shell = (script, options) => start('sh', ['-c', script], options);

  it('reports its exit code and its last output', async () => {
    const command = shell('echo one; echo two; echo three >&2; exit 7');
    expect(await command.ended).toEqual({ code: 7, signal: null });
    expect(command.tail(3).split('\n').sort()).toEqual(['one', 'three', 'two']);
  });

  it('that does not exist ends with a message, not with an exception', async () => {
    const command = start('no-such-command', []);
    expect(await command.ended).toMatchObject({ code: 127 });
    expect(command.tail()).toContain('no-such-command');
  });

  it('is stopped together with what it has started', async () => {
    const command = shell('sleep 60 & echo $!; wait');
    while (command.tail() === '') await new Promise((resolve) => setTimeout(resolve, 10));
    const grandchild = Number(command.tail());
    await command.stop();
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(grandchild)], { encoding: 'utf8' });
    expect(stdout).toMatch(/^(Z.*\n)?$/);
  });

  it('is stopped even when it does not listen', async () => {
    const command = shell('trap "" TERM; echo ready; while true; do sleep 0.05; done');
    while (command.tail() === '') await new Promise((resolve) => setTimeout(resolve, 10));
    await command.stop('SIGTERM', 200);
    expect(await command.ended).toMatchObject({ signal: 'SIGKILL' });
  });
});

describe('the version of Node.js', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('may be %s', (version) => {
    expect(nodeTooOld(version, '>=20.19')).toBeNull();
  });

  it.each(['16.20.2', '20.18.3'])('may not be %s', (version) => {
    expect(nodeTooOld(version, '>=20.19')).toContain(`needs Node.js 20.19 or newer, and this is ${version}`);
  });
});
