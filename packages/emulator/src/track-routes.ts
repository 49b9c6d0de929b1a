import { discardReason } from './bot-filter.ts';
import type { Delivery } from './delivery.ts';
import { answersCors, type Exchange, readBody, sendError, sendJson, sendMethodNotAllowed } from './exchange.ts';
import { type Faults, misbehaves } from './faults.ts';
import type { Project } from './project.ts';
import { addressProblem } from './project-address.ts';
import { validateBatch } from './validate.ts';

export const trackPath = '/v1/track/';

/** The service documents no limit. This one is far above any sane batch and small enough to protect the page that shows it. */
export const maxBodyBytes = 1024 * 1024;

export interface TrackRoutesOptions {
  readonly project: Project;
  readonly sdkKeys: readonly string[];
  readonly faults: () => Faults;
  readonly keep: (delivery: Delivery) => void;
}

/** `POST /v1/track/{sdkKey}` and `POST /v1/track/{accountId}/{projectId}`. */
export function createTrackRoutes(options: TrackRoutesOptions): (exchange: Exchange) => Promise<void> {
  const { project, sdkKeys, faults, keep } = options;
  return async (exchange) => {
    const { request, response, url } = exchange;
    if (answersCors(exchange, 'POST')) return;
    if (request.method !== 'POST') return sendMethodNotAllowed(exchange, 'POST');
    if (misbehaves(faults().track, response)) return void request.resume();

    const userAgent = request.headers['user-agent'] ?? '';
    const origin = { receivedAt: new Date().toISOString(), path: url.pathname, userAgent };
    const read = await readBody(request, maxBodyBytes);
    const body = read.status === 'read' ? parseJson(read.text) : null;
    const kept = body ? body.value : null;
    const refuse = (code: number, reason: string, fields: readonly string[] = []): void => {
      keep({ status: 'refused', ...origin, code, reason, fields, body: kept });
      sendError(response, code, reason, fields);
    };

    const unknownAddress = addressProblem(url.pathname.slice(trackPath.length), project, sdkKeys);
    if (unknownAddress) return refuse(404, unknownAddress);

    const discarded = discardReason(userAgent);
    if (discarded) {
      keep({ status: 'discarded', ...origin, reason: discarded, body: kept });
      return sendJson(response, 200, { code: 200, message: 'OK' });
    }

    const contentType = request.headers['content-type'] ?? '';
    if (!/^(application\/json|text\/plain)\b/i.test(contentType)) {
      return refuse(415, `Content-Type must be application/json or text/plain, not ${JSON.stringify(contentType)}`);
    }
    if (read.status === 'too_large') return refuse(413, `The body is larger than ${maxBodyBytes} bytes`);
    if (!body) return refuse(400, 'The body is not UTF-8');
    if (!body.isJson) return refuse(400, 'The body is not JSON');

    const validation = validateBatch(body.value, project);
    if (!validation.valid) {
      const [{ path, reason }, ...more] = validation.problems;
      const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
      return refuse(
        400,
        `${path} ${reason}${others}`,
        validation.problems.map((problem) => problem.path),
      );
    }
    keep({ status: 'accepted', ...origin, batch: validation.batch });
    sendJson(response, 200, { code: 200, message: 'OK' });
  };
}

interface ParsedBody {
  readonly isJson: boolean;
  /** The JSON value, or the beginning of the text that is none. */
  readonly value: unknown;
}

function parseJson(text: string): ParsedBody {
  try {
    return { isJson: true, value: JSON.parse(text) };
  } catch {
    return { isJson: false, value: text.slice(0, 2000) };
  }
}
