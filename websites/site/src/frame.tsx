import { currentUrl, navigate } from "@websites/shared/ui/router.ts";
import { Icon } from "@websites/shared/ui/icons.tsx";
import { Logo } from "@websites/shared/ui/logo.tsx";
import { config } from "./api.ts";
import { t } from "./texts.ts";

/** The directory has a search of its own. */
const SEARCH_PAGES = new Set(["/emotes", "/emotes/trending", "/emotes/new"]);

/** Logo, navigation and the search that works from every page. */
export function Header() {
  const path = currentUrl.value.pathname;
  const inDirectory = path === "/emotes" || path.startsWith("/emotes/");
  return (
    <header class="site-header">
      <div class="site-header-inner">
        <a class="brand" href="/">
          <Logo />
          <span class="brand-name">{config.siteName}</span>
        </a>
        <nav aria-label={t("nav.label")}>
          <a class="nav-link" href="/emotes" aria-current={inDirectory ? "page" : undefined}>
            {t("nav.emotes")}
          </a>
          {config.helpUrl !== "" && (
            <a class="nav-link" href={config.helpUrl}>
              {t("nav.help")}
            </a>
          )}
        </nav>
        {!SEARCH_PAGES.has(path) && <HeaderSearch />}
      </div>
    </header>
  );
}

function HeaderSearch() {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget as HTMLFormElement).get("q");
    const query = String(text ?? "").trim();
    navigate(query === "" ? "/emotes" : `/emotes?q=${encodeURIComponent(query)}`);
  };
  return (
    <form class="search header-search" role="search" action="/emotes" onSubmit={submit}>
      <Icon name="search" />
      <input
        type="search"
        name="q"
        maxLength={100}
        autocomplete="off"
        aria-label={t("search.label")}
        placeholder={t("search.placeholder")}
      />
    </form>
  );
}

export function Footer() {
  return (
    <footer class="site-footer">
      <p>{t("footer.text")}</p>
      {config.oldSiteOrigin !== "" && <a href={config.oldSiteOrigin}>{t("nav.old")}</a>}
    </footer>
  );
}
