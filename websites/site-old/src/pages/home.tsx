import { useTitle } from "@websites/shared/ui/app.tsx";
import { PageHead } from "@websites/shared/ui/states.tsx";
import { config } from "../api.ts";
import { t } from "../texts.ts";

export default function HomePage() {
  useTitle("", config.siteName);
  return (
    <div class="home">
      <PageHead title={t("home.title")}>
        <p class="lead">{t("home.lead")}</p>
        <p class="actions">
          <a class="button primary" href={config.newSiteOrigin}>
            {t("home.new")}
          </a>
        </p>
      </PageHead>
    </div>
  );
}
