/** The mistake that the tests must notice: React renders as often as it likes, and what it renders need not be shown. */
export function reportWhileRendering({
  experienceId,
  variationId,
}: {
  experienceId: string;
  variationId: string;
}): void {
  void fetch('/api/convert/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ events: [{ type: 'exposure', experienceId, variationId }] }),
  });
}
