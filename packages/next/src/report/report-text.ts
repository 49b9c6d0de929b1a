import type { Report, RouteReport } from './report.ts';

const HEADER = ['Route', 'Experiences and features in its code', 'Decides', 'Payload', 'gzip'];

/** For people. */
export function reportText({ routes, everything, unnamed, unknown }: Report): string {
  const naming = routes.filter(({ names }) => names.length > 0);
  const others = routes.filter(({ names }) => names.length === 0);
  return [
    ...table([
      HEADER,
      ...naming.map((route) => [titleOf(route), route.names.join(', '), ...cells(route)]),
      ['any, without `only`', 'experiences that run', ...cells(everything)],
    ]),
    '',
    'Decides: experiences that are named or carry a named feature, and run. Payload: what `only` these makes at most.',
    ...line(
      'Names nothing',
      others.map(({ route }) => route),
    ),
    ...line('Runs, but no route names it', unnamed),
    ...(unknown.length > 0 ? ['', 'Not in the project:'] : []),
    ...unknown.map(({ key, kind, place }) => `  ${place}  ${kind} "${key}"`),
  ].join('\n');
}

function titleOf({ route, pages }: RouteReport): string {
  return pages > 1 ? `${route} (${pages} pages)` : route;
}

function cells({ experiences, payload }: Pick<RouteReport, 'experiences' | 'payload'>): string[] {
  return payload === null ? [] : [`${experiences.length}`, `${payload.raw} B`, `${payload.gzip} B`];
}

function line(what: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${what}: ${names.join(', ')}`] : [];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    HEADER.map((_, column) => row[column] ?? '')
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
