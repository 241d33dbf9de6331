import { isId } from "@websites/shared/core/ids.ts";
import { useTitle, type PageProps } from "@websites/shared/ui/app.tsx";
import { navigate } from "@websites/shared/ui/router.ts";
import { useQuery } from "@websites/shared/ui/query.ts";
import { ErrorPanel, NotFound, PageHead } from "@websites/shared/ui/states.tsx";
import { api, config } from "../api.ts";
import { ONE_SET, type EmoteSetInfo } from "../operations.ts";
import { SetEmotes } from "../set-emotes.tsx";
import { t } from "../texts.ts";
import { UserChipLink } from "../user-chip.tsx";

export default function EmoteSetPage({ parameters, url }: PageProps) {
  const id = parameters["id"] ?? "";
  const { state, reload } = useQuery(id, async (signal, fresh) =>
    isId(id) ? (await api.query(ONE_SET, { id }, signal, fresh)).emoteSets.emoteSet : null,
  );
  useTitle(state.status === "ready" ? (state.data?.name ?? "") : t("set.title"), config.siteName);
  if (state.status === "failed") {
    return <ErrorPanel error={state.error} retry={reload} />;
  }
  if (state.status === "loading") {
    return <div class="panel skeleton tall" role="status" aria-label={t("set.title")} />;
  }
  if (state.data === null) {
    return <NotFound what="set" />;
  }
  const search = (query: string) =>
    navigate(query === "" ? url.pathname : `${url.pathname}?q=${encodeURIComponent(query)}`, true);
  return (
    <>
      <SetHead set={state.data} />
      <SetEmotes setId={id} query={url.searchParams.get("q") ?? ""} onQuery={search} />
    </>
  );
}

function SetHead({ set }: { set: EmoteSetInfo }) {
  return (
    <PageHead title={set.name}>
      <div class="chips">
        {set.owner !== null && <UserChipLink user={set.owner} />}
        <span class="chip">{t(`set.kind.${set.kind}`)}</span>
        {set.tags.map((tag) => (
          <span key={tag} class="chip">
            #{tag}
          </span>
        ))}
      </div>
      {set.capacity !== null && <CapacityBar used={set.emotes.totalCount} capacity={set.capacity} />}
    </PageHead>
  );
}

function CapacityBar({ used, capacity }: { used: number; capacity: number }) {
  return (
    <label class="capacity">
      <span>{t("set.capacity", { used, capacity })}</span>
      <meter min={0} max={Math.max(capacity, 1)} value={used} />
    </label>
  );
}
