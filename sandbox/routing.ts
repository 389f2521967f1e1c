/** Finds the route of a call. */
import type { Route } from './system';

export interface RouteMatch {
  route: Route;
  params: Record<string, string>;
}

type CompiledRoute = { route: Route; pattern: RegExp; names: string[] };

/** Compiles the routes; the answer finds the first that matches a method and a path. */
export function createRouter(
  routes: readonly Route[],
): (method: string, path: string) => RouteMatch | undefined {
  const compiled = routes.map(compile);
  return (method, path) => {
    for (const { route, pattern, names } of compiled) {
      const found = route.method === method ? pattern.exec(path) : null;
      if (!found) continue;
      const params = names.map((name, index) => [name, decoded(found[index + 1] ?? '')]);
      return { route, params: Object.fromEntries(params) };
    }
    return undefined;
  };
}

function compile(route: Route): CompiledRoute {
  const names: string[] = [];
  const pattern = route.path
    .split(/(\{[a-zA-Z]+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return part.replace(/[.+?^$()|[\]\\*]/g, '\\$&');
      names.push(part.slice(1, -1));
      return '([^/]+)';
    })
    .join('');
  return { route, pattern: new RegExp(`^${pattern}/?$`), names };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
