import { isReportable, REPORT_SEGMENTS } from '../bridge/report-segments.ts';
import type { Attributes } from '../results.ts';

/**
 * What the service reports this visitor by, from segments and attributes of those names; `undefined` when there is nothing.
 * What it would refuse is left out. Attributes may well mean something else by the same name; a segment's name goes to
 * `dropped`.
 */
export function reportSegments(
  attributes: Attributes,
  segments: Attributes,
  dropped: (name: string) => void,
): Attributes | undefined {
  let reported: Record<string, unknown> | undefined;
  for (const name of REPORT_SEGMENTS) {
    const value = segments[name] ?? attributes[name];
    if (value === undefined || value === null) continue;
    if (isReportable(name, value)) {
      reported ??= {};
      reported[name] = value;
    } else if (segments[name] === value) dropped(name);
  }
  return reported;
}
