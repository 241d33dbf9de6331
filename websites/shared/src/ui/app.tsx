import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { matchRoute, type PathParameters, type RouteTable } from "../core/routes.ts";
import { t } from "../core/texts.ts";
import { currentUrl } from "./router.ts";
import { ErrorPanel, NotFound } from "./states.tsx";
import { toApiError } from "./query.ts";

export interface PageProps {
  readonly parameters: PathParameters;
  readonly url: URL;
}

export type PageComponent = ComponentType<PageProps>;
export type PageLoaders = Readonly<Record<string, () => Promise<{ default: PageComponent }>>>;

interface AppProps {
  readonly table: RouteTable;
  readonly pages: PageLoaders;
  readonly header: ComponentChildren;
  readonly footer: ComponentChildren;
}

/** The frame around every page: skip link, header, the page of the current address, footer. */
export function App({ table, pages, header, footer }: AppProps) {
  return (
    <>
      <a class="skip-link" href="#main">
        {t("skip")}
      </a>
      {header}
      <main id="main" tabIndex={-1}>
        <CurrentPage table={table} pages={pages} />
      </main>
      {footer}
    </>
  );
}

function CurrentPage({ table, pages }: { table: RouteTable; pages: PageLoaders }) {
  const url = currentUrl.value;
  const match = matchRoute(table, url.pathname);
  const page = match?.page ?? null;
  const [loaded, setLoaded] = useState<{ page: string; component: PageComponent } | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const loadPage = () => {
    const load = page === null ? undefined : pages[page];
    setFailure(null);
    load?.().then((module) => setLoaded({ page: page!, component: module.default }), setFailure);
  };
  useEffect(loadPage, [page]);
  if (match === null || pages[match.page] === undefined) {
    return <NotFound what="page" />;
  }
  if (failure !== null) {
    return <ErrorPanel error={toApiError(failure)} retry={loadPage} />;
  }
  if (loaded === null || loaded.page !== match.page) {
    return (
      <p class="page-loading" role="status">
        {t("loading")}
      </p>
    );
  }
  const Page = loaded.component;
  return <Page key={url.pathname} parameters={match.parameters} url={url} />;
}

/** Sets the document's title to `{page} – {site}` while the caller is shown. */
export function useTitle(page: string, site: string): void {
  useEffect(() => {
    document.title = page === "" ? site : `${page} – ${site}`;
  }, [page, site]);
}
