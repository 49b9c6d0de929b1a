import * as v from 'valibot';
import { dashboardPage } from './dashboard-page.ts';
import type { DashboardState } from './dashboard-state.ts';
import { type Exchange, readBody, sendError, sendJson, sendMethodNotAllowed } from './exchange.ts';
import { type Faults, faultsSchema } from './faults.ts';
import type { LiveStream } from './live-stream.ts';
import type { VisitorHistory } from './visitor-histories.ts';

export interface DashboardRoutesOptions {
  readonly state: () => Promise<DashboardState>;
  readonly visitors: () => readonly VisitorHistory[];
  readonly stream: LiveStream;
  readonly faults: () => Faults;
  readonly setFaults: (faults: Partial<Faults>) => void;
  readonly reset: () => void;
}

/** The page, what it reads, and the switches that people and tests have. */
export function createDashboardRoutes(options: DashboardRoutesOptions): (exchange: Exchange) => Promise<void> {
  const { state, visitors, stream, faults, setFaults, reset } = options;
  const page = dashboardPage();
  return async (exchange) => {
    const { request, response, url } = exchange;
    const isGet = request.method === 'GET';
    switch (url.pathname) {
      case '/':
        if (!isGet) return sendMethodNotAllowed(exchange, 'GET');
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.setHeader('Content-Security-Policy', page.contentSecurityPolicy);
        response.setHeader('Cache-Control', 'no-store');
        response.end(page.html);
        return;
      case '/api/state':
        if (!isGet) return sendMethodNotAllowed(exchange, 'GET');
        response.setHeader('Cache-Control', 'no-store');
        return sendJson(response, 200, await state());
      case '/api/visitors':
        if (!isGet) return sendMethodNotAllowed(exchange, 'GET');
        response.setHeader('Cache-Control', 'no-store');
        return sendJson(response, 200, visitors());
      case '/events/stream':
        if (!isGet) return sendMethodNotAllowed(exchange, 'GET');
        return stream.open(exchange);
      case '/api/reset':
        if (!mayAct(exchange)) return;
        reset();
        return sendJson(response, 200, { code: 200, message: 'OK' });
      case '/api/faults':
        if (isGet) return sendJson(response, 200, faults());
        if (!mayAct(exchange)) return;
        return changeFaults(exchange, setFaults, faults);
      default:
        sendError(response, 404, `Nothing is at ${url.pathname}.`);
    }
  };
}

// A page of another origin that a developer happens to visit must not clear or break the emulator.
function mayAct(exchange: Exchange): boolean {
  const { request, response } = exchange;
  if (request.method !== 'POST') {
    sendMethodNotAllowed(exchange, 'POST');
    return false;
  }
  const { origin, host } = request.headers;
  if (origin === undefined || origin === `http://${host}`) return true;
  sendError(response, 403, 'Only the dashboard itself, or a program that is not a browser, may do this.');
  return false;
}

async function changeFaults(
  { request, response }: Exchange,
  setFaults: (faults: Partial<Faults>) => void,
  faults: () => Faults,
): Promise<void> {
  const body = await readBody(request, 1024);
  const parsed = v.safeParse(
    v.pipe(v.string(), v.parseJson(), faultsSchema),
    body.status === 'read' ? body.text : null,
  );
  if (!parsed.success) {
    return sendError(response, 400, "The body must be { config?: 'ok' | 'error' | 'hang', track?: the same }.");
  }
  const { config, track } = parsed.output;
  setFaults({ ...(config && { config }), ...(track && { track }) });
  sendJson(response, 200, faults());
}
