const cpuMicroseconds = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/**
 * CPU time per call of each function in microseconds, the median over rounds. The functions take turns within a round, so
 * that whatever else the machine does hits all of them alike: compare the figures of one run, not of two.
 */
export function compare(functions, { rounds = 9, ms = 120 } = {}) {
  const entries = Object.entries(functions).map(([name, run]) => ({
    name,
    run,
    calls: calibrate(run, ms),
    samples: [],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      const before = cpuMicroseconds();
      for (let i = 0; i < entry.calls; i++) entry.run(i);
      entry.samples.push((cpuMicroseconds() - before) / entry.calls);
    }
  }
  return Object.fromEntries(entries.map(({ name, samples }) => [name, median(samples)]));
}

export function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

export function table(title, rows) {
  console.log(`\n${title}`);
  for (const row of rows)
    console.log(`  ${row.map((cell, i) => (i === 0 ? cell.padEnd(44) : cell.padStart(14))).join('')}`);
}

export const microseconds = (value) => `${value < 10 ? value.toFixed(3) : value.toFixed(0)} µs`;
export const ratio = (value, reference) => `${(value / reference).toFixed(3)}x`;

function calibrate(run, ms) {
  let calls = 1;
  for (;;) {
    const before = performance.now();
    for (let i = 0; i < calls; i++) run(i);
    const took = performance.now() - before;
    if (took > ms) return Math.max(1, Math.round((calls * ms) / took));
    calls *= 2;
  }
}
