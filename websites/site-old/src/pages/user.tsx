import { useState } from "preact/hooks";
import { isId } from "@websites/shared/core/ids.ts";
import { platformName } from "@websites/shared/core/platforms.ts";
import { t as shared } from "@websites/shared/core/texts.ts";
import { useTitle, type PageProps } from "@websites/shared/ui/app.tsx";
import { Avatar } from "@websites/shared/ui/avatar.tsx";
import { EmoteGrid, FactLine, GridSkeleton } from "@websites/shared/ui/cards.tsx";
import { Icon } from "@websites/shared/ui/icons.tsx";
import { useQuery } from "@websites/shared/ui/query.ts";
import { EmptyState, ErrorPanel, NotFound, PageHead } from "@websites/shared/ui/states.tsx";
import { api, config } from "../api.ts";
import { activeSetIdOf, cardOf, isPlaceholder } from "../mapping.ts";
import { EMOTE_SET, USER_FOR_PAGE, type EmoteSet, type User } from "../operations.ts";
import { t } from "../texts.ts";

const AVATAR_PX = 88;

/** Emotes shown at a time; a set may hold thousands. */
const CARDS_PER_PAGE = 120;

export default function UserPage({ parameters }: PageProps) {
  const id = parameters["id"] ?? "";
  const { state, reload } = useQuery(id, async (signal, fresh) => {
    if (!isId(id)) {
      return null;
    }
    const { user } = await api.query(USER_FOR_PAGE, { id }, signal, fresh);
    return isPlaceholder(user) ? null : user;
  });
  const user = state.status === "ready" ? state.data : null;
  useTitle(user?.display_name ?? t("user.title"), config.siteName);
  if (state.status === "failed") {
    return <ErrorPanel error={state.error} retry={reload} />;
  }
  if (state.status === "loading") {
    return <div class="panel skeleton tall" role="status" aria-label={t("user.title")} />;
  }
  return user === null ? <NotFound what="user" /> : <UserView user={user} />;
}

function UserView({ user }: { user: User }) {
  const setId = activeSetIdOf(user);
  return (
    <>
      <div class="profile">
        <Avatar name={user.display_name} files={[]} url={absolute(user.avatar_url)} size={AVATAR_PX} />
        <PageHead title={user.display_name}>
          <div class="chips">
            {user.connections.map((connection) => (
              <span key={connection.platform + connection.id} class="chip quiet">
                {platformName(connection.platform)}: {connection.display_name}
              </span>
            ))}
          </div>
        </PageHead>
      </div>
      <section aria-labelledby="channel-emotes">
        <h2 id="channel-emotes">{t("user.activeSet")}</h2>
        {setId === null ? (
          <EmptyState title={t("user.noActiveSet")} />
        ) : (
          <ChannelEmotes setId={setId} />
        )}
      </section>
    </>
  );
}

function ChannelEmotes({ setId }: { setId: string }) {
  const { state, reload } = useQuery(setId, async (signal, fresh) =>
    (await api.query(EMOTE_SET, { id: setId }, signal, fresh)).emoteSet,
  );
  if (state.status === "failed") {
    return <ErrorPanel error={state.error} retry={reload} />;
  }
  return state.status === "loading" ? <GridSkeleton /> : <SetView set={state.data} />;
}

function SetView({ set }: { set: EmoteSet }) {
  const [text, setText] = useState("");
  const [pages, setPages] = useState(1);
  const wanted = text.trim().toLowerCase();
  const found = set.emotes.filter((emote) => emote.name.toLowerCase().includes(wanted));
  const shown = found.slice(0, pages * CARDS_PER_PAGE);
  const line = { name: set.name, used: set.emote_count, capacity: set.capacity };
  return (
    <>
      <FactLine>{t(set.capacity > 0 ? "user.setLine" : "user.setLineUnlimited", line)}</FactLine>
      <div class="toolbar">
        <div class="search">
          <Icon name="search" />
          <input
            type="search"
            autocomplete="off"
            aria-label={t("user.search")}
            placeholder={t("user.search")}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
      </div>
      {found.length === 0 ? (
        <EmptyState title={t(wanted === "" ? "user.emptySet" : "user.emptySearch")} />
      ) : (
        <EmoteGrid
          emotes={shown.map((emote) => cardOf(emote, config.newSiteOrigin))}
          label={t("user.activeSet")}
        />
      )}
      {shown.length < found.length && (
        <p class="actions">
          <button type="button" class="button" onClick={() => setPages(pages + 1)}>
            {shared("list.more")}
          </button>
        </p>
      )}
    </>
  );
}

/** v3 image addresses start with `//`. */
function absolute(url: string): string {
  return url.startsWith("//") ? location.protocol + url : url;
}
