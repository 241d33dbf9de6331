import { useEffect, useRef } from "preact/hooks";
import { t } from "../core/texts.ts";
import { EmoteGrid, GridSkeleton, type EmoteCardData } from "./cards.tsx";
import type { EndlessList } from "./endless.ts";
import { EmptyState, ErrorPanel } from "./states.tsx";

/** The next page is asked for while the end of the list is within this distance. */
const LOAD_AHEAD = "500px";

interface EndlessGridProps {
  readonly list: EndlessList<EmoteCardData>;
  readonly label: string;
  readonly emptyTitle: string;
}

/** A grid that grows while its end is near the viewport. */
export function EndlessGrid({ list, label, emptyTitle }: EndlessGridProps) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target = end.current;
    if (target === null || list.atEnd) {
      return;
    }
    // Observed anew after every page: a short page may leave the end in view, which fires no event.
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) {
          list.loadMore();
        }
      },
      { rootMargin: LOAD_AHEAD },
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, [list.items.length, list.atEnd, list.loadMore]);

  if (list.error !== null && list.items.length === 0) {
    return <ErrorPanel error={list.error} retry={list.loadMore} />;
  }
  if (list.atEnd && list.items.length === 0) {
    return <EmptyState title={emptyTitle} />;
  }
  return (
    <>
      {list.items.length > 0 && <EmoteGrid emotes={list.items} label={label} />}
      {list.loading && <GridSkeleton cards={list.items.length > 0 ? 6 : 24} />}
      {list.error !== null && <ErrorPanel error={list.error} retry={list.loadMore} />}
      <div ref={end} class="list-end">
        {list.atEnd && t("list.end")}
      </div>
      <p class="visually-hidden" aria-live="polite">
        {list.totalCount !== null &&
          t("list.progress", { loaded: list.items.length, total: list.totalCount })}
      </p>
    </>
  );
}
