const HEARTBEAT_MS = 15_000;

/** One line that says what is going on and for how long: rewritten on a terminal, repeated now and then in a log. */
export function progress(label, out = process.stdout) {
  const startedAt = Date.now();
  const elapsed = () => seconds(Date.now() - startedAt);
  const draw = () => out.write(`\r\u001b[K${label} … ${elapsed()}`);
  if (!out.isTTY) out.write(`${label} …\n`);
  const timer = setInterval(
    () => (out.isTTY ? draw() : out.write(`${label} … still at it after ${elapsed()}\n`)),
    out.isTTY ? 1_000 : HEARTBEAT_MS,
  );
  if (out.isTTY) draw();
  return function finish(result = 'done') {
    clearInterval(timer);
    out.write(`${out.isTTY ? '\r\u001b[K' : ''}${label}: ${result} in ${elapsed()}\n`);
  };
}

export function seconds(milliseconds) {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
