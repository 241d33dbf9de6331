import { useTitle } from "@websites/shared/ui/app.tsx";
import { Icon, type IconName } from "@websites/shared/ui/icons.tsx";
import { PageHead } from "@websites/shared/ui/states.tsx";
import { config } from "../api.ts";
import { t } from "../texts.ts";

const FEATURES = [
  ["formats", "layers"],
  ["live", "play"],
  ["open", "link"],
] as const satisfies ReadonlyArray<readonly [string, IconName]>;

export default function HomePage() {
  useTitle("", config.siteName);
  return (
    <div class="home">
      <PageHead title={t("home.title")}>
        <p class="lead">{t("home.lead")}</p>
        <p class="actions">
          <a class="button primary" href="/emotes">
            {t("home.browse")}
          </a>
          <a class="button" href="/emotes/trending">
            {t("home.trending")}
          </a>
        </p>
      </PageHead>
      <ul class="features">
        {FEATURES.map(([name, icon]) => (
          <li key={name} class="panel">
            <Icon name={icon} />
            <h2>{t(`home.feature.${name}`)}</h2>
            <p>{t(`home.feature.${name}.text`)}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
