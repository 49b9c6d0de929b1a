/** Runs as soon as a person can see the page: now, or when a prerendered or background page comes to the front. */
export function whenVisible(run: () => void): () => void {
  const wait = new AbortController();
  const { signal } = wait;
  const runIfVisible = () => {
    if (!isVisible()) return;
    wait.abort();
    run();
  };
  document.addEventListener('visibilitychange', runIfVisible, { signal });
  document.addEventListener('prerenderingchange', runIfVisible, { signal });
  runIfVisible();
  return () => wait.abort();
}

function isVisible(): boolean {
  return !document.hidden && !('prerendering' in document && document.prerendering);
}
