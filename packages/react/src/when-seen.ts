/** How long an element has to be in view without a break. */
const IN_VIEW_MS = 1_000;

/**
 * Runs as soon as a person can see the page: now, or when a prerendered or background page comes to the front. With an
 * element, once half of that, or as much as fills half of the window, has been in view for a second of visible page.
 */
export function whenSeen(run: () => void, element?: Element): () => void {
  // Serves as the listeners' options, too: it has the signal.
  const waiting = new AbortController();
  let isInView = !element;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function finish(): void {
    waiting.abort();
    run();
  }
  function check(): void {
    if (!isInView || !isVisible()) {
      clearTimeout(timer);
      timer = undefined;
    } else if (element) timer ??= setTimeout(finish, IN_VIEW_MS);
    else finish();
  }

  document.addEventListener('visibilitychange', check, waiting);
  document.addEventListener('prerenderingchange', check, waiting);
  // A browser that cannot tell what is in view shows the variation all the same; it is not counted.
  if (element && window.IntersectionObserver) {
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, intersectionRatio, boundingClientRect } of entries) {
          const { height } = boundingClientRect;
          isInView = isIntersecting && intersectionRatio * height >= Math.min(height, innerHeight) / 2;
        }
        check();
      },
      // Fine steps: an element much taller than the window never shows half of itself.
      { threshold: [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5] },
    );
    observer.observe(element);
    waiting.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      observer.disconnect();
    });
  }
  check();
  return () => waiting.abort();
}

function isVisible(): boolean {
  // Not in TypeScript's types of the DOM.
  const { hidden, prerendering }: Document & { readonly prerendering?: boolean } = document;
  return !hidden && !prerendering;
}
