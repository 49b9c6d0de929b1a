interface ExitingProcess {
  once(event: 'beforeExit', run: () => void): unknown;
  removeListener(event: 'beforeExit', run: () => void): unknown;
}

/** Runs `run` when the process has nothing left to do, where there is such a moment; returns its undo. */
export function beforeExit(run: () => void): () => void {
  const { process } = globalThis as { process?: Partial<ExitingProcess> };
  if (typeof process?.once !== 'function' || typeof process.removeListener !== 'function') return () => {};
  const known = process as ExitingProcess;
  try {
    known.once('beforeExit', run);
  } catch {
    // The edge runtime of Next.js has all functions of a process, and each throws: there is no such moment.
    return () => {};
  }
  return () => known.removeListener('beforeExit', run);
}
