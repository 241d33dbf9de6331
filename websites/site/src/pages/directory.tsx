import { useEffect, useState } from "preact/hooks";
import { t as shared } from "@websites/shared/core/texts.ts";
import { useTitle, type PageProps } from "@websites/shared/ui/app.tsx";
import { FactLine, type EmoteCardData } from "@websites/shared/ui/cards.tsx";
import { EndlessGrid } from "@websites/shared/ui/endless-grid.tsx";
import { useEndlessList } from "@websites/shared/ui/endless.ts";
import { Icon } from "@websites/shared/ui/icons.tsx";
import { navigate } from "@websites/shared/ui/router.ts";
import { PageHead } from "@websites/shared/ui/states.tsx";
import { api, config } from "../api.ts";
import { cardOf } from "../mapping.ts";
import { EMOTE_SEARCH, type SearchVariables } from "../operations.ts";
import {
  directoryAddress,
  readDirectory,
  searchVariables,
  withToggled,
  type DirectoryState,
  type Toggle,
} from "../search.ts";
import { t } from "../texts.ts";

const SORTS: Readonly<Record<string, SearchVariables["sortBy"]>> = {
  "/emotes": "TOP_ALL_TIME",
  "/emotes/trending": "TRENDING_WEEKLY",
  "/emotes/new": "UPLOAD_DATE",
};

const TABS = [
  ["/emotes", "directory.top"],
  ["/emotes/trending", "directory.trending"],
  ["/emotes/new", "directory.new"],
] as const;

const TOGGLES = ["animated", "still", "overlaying", "exact"] as const satisfies readonly Toggle[];
const TOGGLE_TEXTS = {
  animated: "directory.animated",
  still: "directory.static",
  overlaying: "directory.overlaying",
  exact: "directory.exact",
} as const;

/** Typing settles for this long before the search runs. */
const DEBOUNCE_MS = 200;

export default function DirectoryPage({ url }: PageProps) {
  const path = url.pathname;
  const state = readDirectory(url.searchParams);
  const sortBy = SORTS[path] ?? "TOP_ALL_TIME";
  const list = useEndlessList<EmoteCardData>(
    url.pathname + url.search,
    (emote) => emote.id,
    async (page, signal) => {
      const data = await api.query(EMOTE_SEARCH, searchVariables(sortBy, state, page), signal);
      const { items, totalCount, pageCount } = data.emotes.search;
      return { items: items.map(cardOf), totalCount, pageCount };
    },
  );
  const title =
    state.query === "" ? t("directory.title") : t("directory.titleQuery", { query: state.query });
  useTitle(title, config.siteName);
  return (
    <>
      <PageHead title={title}>
        <FactLine>
          {list.totalCount === null ? "\u00a0" : shared("emote.count", { count: list.totalCount })}
        </FactLine>
      </PageHead>
      <div class="toolbar">
        <Tabs path={path} state={state} />
        <SearchField path={path} state={state} />
        <Filters path={path} state={state} />
      </div>
      <EndlessGrid list={list} label={title} emptyTitle={t("directory.empty")} />
    </>
  );
}

interface DirectoryProps {
  readonly path: string;
  readonly state: DirectoryState;
}

function Tabs({ path, state }: DirectoryProps) {
  return (
    <nav class="tabs" aria-label={t("directory.tabs")}>
      {TABS.map(([to, text]) => (
        <a
          key={to}
          class="tab"
          href={directoryAddress(to, state)}
          aria-current={to === path ? "page" : undefined}
        >
          {t(text)}
        </a>
      ))}
    </nav>
  );
}

/** Replaces the address while typing, so that Back leaves the page. */
function SearchField({ path, state }: DirectoryProps) {
  const [text, setText] = useState(state.query);
  useEffect(() => setText(state.query), [state.query]);
  useEffect(() => {
    if (text.trim() === state.query) {
      return;
    }
    const timer = setTimeout(
      () => navigate(directoryAddress(path, { ...state, query: text.trim() }), true),
      DEBOUNCE_MS,
    );
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="search">
      <Icon name="search" />
      <input
        type="search"
        maxLength={100}
        autocomplete="off"
        aria-label={t("search.label")}
        placeholder={t("search.placeholder")}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </div>
  );
}

function Filters({ path, state }: DirectoryProps) {
  const filtered = TOGGLES.some((toggle) => state[toggle]) || state.tags.length > 0;
  const cleared = { query: state.query, tags: [], animated: false, still: false };
  return (
    <div class="filters" role="group" aria-label={t("directory.filters")}>
      {TOGGLES.map((toggle) => (
        <button
          key={toggle}
          type="button"
          class="toggle"
          aria-pressed={state[toggle]}
          onClick={() => navigate(directoryAddress(path, withToggled(state, toggle)), true)}
        >
          {t(TOGGLE_TEXTS[toggle])}
        </button>
      ))}
      {state.tags.map((tag) => (
        <span key={tag} class="chip">
          #{tag}
        </span>
      ))}
      {filtered && (
        <a class="clear" href={directoryAddress(path, { ...cleared, overlaying: false, exact: false })}>
          {t("directory.clear")}
        </a>
      )}
    </div>
  );
}
