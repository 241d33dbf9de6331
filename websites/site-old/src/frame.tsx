import { Icon } from "@websites/shared/ui/icons.tsx";
import { Logo } from "@websites/shared/ui/logo.tsx";
import { currentUrl } from "@websites/shared/ui/router.ts";
import { config } from "./api.ts";
import { t } from "./texts.ts";

/** Banner to the same page on the new site, then logo and navigation. */
export function Header() {
  const [before = "", after = ""] = t("banner").split("{link}");
  return (
    <header class="site-header">
      <p class="banner">
        {before}
        <a href={config.newSiteOrigin + currentUrl.value.pathname}>{t("banner.link")}</a>
        {after}
      </p>
      <div class="site-header-inner">
        <a class="brand" href="/">
          <Logo />
          <span class="brand-name">{config.siteName}</span>
        </a>
        <nav aria-label={t("nav.label")}>
          <a class="nav-link" href={`${config.newSiteOrigin}/emotes`}>
            {t("nav.emotes")}
            <Icon name="arrow" />
          </a>
        </nav>
      </div>
    </header>
  );
}

export function Footer() {
  return (
    <footer class="site-footer">
      <p>{t("footer.text")}</p>
    </footer>
  );
}
