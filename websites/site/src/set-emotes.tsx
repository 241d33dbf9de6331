import { useEffect, useState } from "preact/hooks";
import type { EmoteCardData } from "@websites/shared/ui/cards.tsx";
import { EndlessGrid } from "@websites/shared/ui/endless-grid.tsx";
import { useEndlessList, type Page } from "@websites/shared/ui/endless.ts";
import { Icon } from "@websites/shared/ui/icons.tsx";
import { api } from "./api.ts";
import { cardInSet } from "./mapping.ts";
import { EMOTES_IN_SET } from "./operations.ts";
import { t } from "./texts.ts";

const PER_PAGE = 100;
const DEBOUNCE_MS = 200;
const NO_EMOTES: Page<EmoteCardData> = { items: [], totalCount: 0, pageCount: 0 };

interface SetEmotesProps {
  readonly setId: string;
  readonly query: string;
  /** Called once the text in the search field has settled. */
  readonly onQuery: (query: string) => void;
}

/** The emotes of a set with a search inside it. */
export function SetEmotes({ setId, query, onQuery }: SetEmotesProps) {
  const list = useEndlessList<EmoteCardData>(
    `${setId} ${query}`,
    (emote) => emote.id,
    async (page, signal) => {
      const variables = { id: setId, query: query === "" ? null : query, page, perPage: PER_PAGE };
      const found = (await api.query(EMOTES_IN_SET, variables, signal)).emoteSets.emoteSet?.emotes;
      return found ? { ...found, items: found.items.map(cardInSet) } : NO_EMOTES;
    },
  );
  return (
    <>
      <div class="toolbar">
        <SetSearch query={query} onQuery={onQuery} />
      </div>
      <EndlessGrid
        list={list}
        label={t("set.emotes")}
        emptyTitle={t(query === "" ? "set.empty" : "set.emptySearch")}
      />
    </>
  );
}

function SetSearch({ query, onQuery }: Omit<SetEmotesProps, "setId">) {
  const [text, setText] = useState(query);
  useEffect(() => {
    if (text.trim() === query) {
      return;
    }
    const timer = setTimeout(() => onQuery(text.trim()), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="search">
      <Icon name="search" />
      <input
        type="search"
        maxLength={100}
        autocomplete="off"
        aria-label={t("set.search")}
        placeholder={t("set.search")}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </div>
  );
}
