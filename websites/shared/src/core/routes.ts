/** One line of `routes.json`, the table that the page and the static server share. */
export interface Route {
  readonly path: string;
  readonly page: string;
  /** Source of the page's chunk, for the server's modulepreload link. */
  readonly chunk?: string;
  /** Kind of entity whose meta tags the server writes; without it, title and description. */
  readonly embed?: string;
  readonly title: string;
  readonly description: string;
}

export interface Redirect {
  readonly from: string;
  readonly to: string;
  readonly status: number;
}

export interface RouteTable {
  readonly routes: readonly Route[];
  readonly redirects: readonly Redirect[];
}

export type PathParameters = Readonly<Record<string, string>>;

export interface RouteMatch {
  readonly page: string;
  readonly parameters: PathParameters;
}

/** The parameters of `path` under `pattern` (`/emotes/{id}`), or null where it does not match. */
export function matchPath(pattern: string, path: string): PathParameters | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) {
    return null;
  }
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith("{") && part.endsWith("}")) {
      if (value === "") {
        return null;
      }
      parameters[part.slice(1, -1)] = decode(value);
    } else if (part !== value) {
      return null;
    }
  }
  return parameters;
}

/** The first route that matches; literal routes stand before those with parameters. */
export function matchRoute(table: RouteTable, path: string): RouteMatch | null {
  for (const route of table.routes) {
    const parameters = matchPath(route.path, path);
    if (parameters !== null) {
      return { page: route.page, parameters };
    }
  }
  return null;
}

/** Where `path` has moved to, or null where it has not. */
export function redirectOf(table: RouteTable, path: string): string | null {
  if (path.length > 1 && path.endsWith("/")) {
    return path.replace(/\/+$/, "") || "/";
  }
  for (const redirect of table.redirects) {
    const parameters = matchPath(redirect.from, path);
    if (parameters !== null) {
      return redirect.to.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(parameters[name] ?? ""),
      );
    }
  }
  return null;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
