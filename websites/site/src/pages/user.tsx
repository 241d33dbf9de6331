import { useState } from "preact/hooks";
import { isId } from "@websites/shared/core/ids.ts";
import { platformName } from "@websites/shared/core/platforms.ts";
import { useTitle, type PageProps } from "@websites/shared/ui/app.tsx";
import { useQuery } from "@websites/shared/ui/query.ts";
import { EmptyState, ErrorPanel, NotFound, PageHead } from "@websites/shared/ui/states.tsx";
import { api, config } from "../api.ts";
import { nameOf } from "../mapping.ts";
import { ONE_USER, type User } from "../operations.ts";
import { SetEmotes } from "../set-emotes.tsx";
import { t } from "../texts.ts";
import { UserAvatar } from "../user-chip.tsx";

const AVATAR_PX = 88;

/** Everybody has this role, so it says nothing about anybody. */
const DEFAULT_ROLE = "Default";

export default function UserPage({ parameters }: PageProps) {
  const id = parameters["id"] ?? "";
  const { state, reload } = useQuery(id, async (signal, fresh) =>
    isId(id) ? (await api.query(ONE_USER, { id }, signal, fresh)).users.user : null,
  );
  const user = state.status === "ready" ? state.data : null;
  useTitle(user === null ? "" : (nameOf(user) ?? user.id), config.siteName);
  if (state.status === "failed") {
    return <ErrorPanel error={state.error} retry={reload} />;
  }
  if (state.status === "loading") {
    return <div class="panel skeleton tall" role="status" aria-label={t("user.activeSet")} />;
  }
  return user === null ? <NotFound what="user" /> : <UserView user={user} />;
}

function UserView({ user }: { user: User }) {
  const [query, setQuery] = useState("");
  const activeSet = user.style.activeEmoteSet;
  return (
    <>
      <div class="profile">
        <UserAvatar user={user} size={AVATAR_PX} />
        <PageHead title={nameOf(user) ?? user.id}>
          <div class="chips">
            {user.roles
              .filter((role) => role.name !== DEFAULT_ROLE)
              .map((role) => (
                <span key={role.name} class="chip">
                  {role.name}
                </span>
              ))}
            {user.connections.map((connection) => (
              <span key={connection.platform} class="chip quiet">
                {platformName(connection.platform)}: {connection.platformDisplayName}
              </span>
            ))}
          </div>
        </PageHead>
      </div>
      {activeSet === null ? (
        <EmptyState title={t("user.noActiveSet")} />
      ) : (
        <section>
          <h2>
            <a href={`/emote-sets/${activeSet.id}`}>{t("user.activeSet")}</a>
          </h2>
          <SetEmotes setId={activeSet.id} query={query} onQuery={setQuery} />
        </section>
      )}
    </>
  );
}
