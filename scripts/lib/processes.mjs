import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const WINDOWS = process.platform === 'win32';
const TAIL_LENGTH = 20_000;

/**
 * Starts a command in a process group of its own, so that it can be stopped together with everything it started and so
 * that Ctrl-C reaches only the script that is in charge. `ended` never rejects.
 */
export function start(command, args, { cwd, env, output = 'keep', onLine } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: !WINDOWS,
    // npx is a .cmd file there, which only a shell can run.
    shell: WINDOWS && command === 'npx',
    stdio: output === 'show' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });

  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      tail = (tail + text).slice(-TAIL_LENGTH);
      if (stream === child.stderr) for (const line of text.split('\n')) if (line.trim()) onLine?.(line);
    });
  }

  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      tail += `${command}: ${error.message}\n`;
      resolve({ code: 127, signal: null });
    });
    // Not 'close': a grandchild that keeps the pipe open would hold it back. The pause lets the last output arrive.
    child.once('exit', (code, signal) => setTimeout(() => resolve({ code: code ?? 1, signal }), 50));
  });

  return {
    ended,
    /** The last lines of what the command wrote. */
    tail: (lines = 40) => tail.trimEnd().split('\n').slice(-lines).join('\n'),
    /** Asks the whole group to end and insists after `patienceMs`. */
    stop: (signal = 'SIGTERM', patienceMs = 8_000) => stopGroup(child.pid, ended, signal, patienceMs),
  };
}

async function stopGroup(pid, ended, signal, patienceMs) {
  if (pid === undefined) return;
  if (WINDOWS) {
    await start('taskkill', ['/pid', String(pid), '/T', '/F']).ended;
    return;
  }
  send(pid, signal);
  await Promise.race([ended, sleep(patienceMs, undefined, { ref: false })]);
  // The others of the group get a moment more. Not forever: in a container without an init process, the dead stay listed.
  for (let pause = 0; pause < 1_000 && send(pid, 0); pause += 25) await sleep(25);
  send(pid, 'SIGKILL');
  await ended;
}

/** Whether there was a process in the group to receive the signal. */
function send(pid, signal) {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
