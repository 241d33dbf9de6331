import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../core/errors.ts";
import { toApiError } from "./query.ts";

export interface Page<T> {
  readonly items: readonly T[];
  readonly totalCount: number;
  readonly pageCount: number;
}

export interface EndlessList<T> {
  readonly items: readonly T[];
  /** Null until the first page has come. */
  readonly totalCount: number | null;
  readonly loading: boolean;
  readonly error: ApiError | null;
  readonly atEnd: boolean;
  readonly loadMore: () => void;
}

interface Loaded<T> {
  readonly key: string;
  readonly items: readonly T[];
  readonly totalCount: number | null;
  readonly pagesLoaded: number;
  readonly atEnd: boolean;
  readonly error: ApiError | null;
}

/** The API refuses pages beyond this one (website.md §8.2). */
const MAX_PAGES = 100;

export type LoadPage<T> = (page: number, signal: AbortSignal) => Promise<Page<T>>;

/**
 * Loads a list page by page. Items are kept once per id, since search results shift between pages;
 * the list ends at an empty page or beyond the page count, never at a short page (website.md §6.4).
 */
export function useEndlessList<T>(
  key: string,
  idOf: (item: T) => string,
  loadPage: LoadPage<T>,
): EndlessList<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>(() => empty(key));
  const running = useRef<AbortController | null>(null);
  const current = loaded.key === key ? loaded : empty<T>(key);
  const load = useCallback(
    (before: Loaded<T>) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      const settle = (after: Loaded<T>) => {
        if (!controller.signal.aborted) {
          running.current = null;
          setLoaded(after);
        }
      };
      loadPage(before.pagesLoaded + 1, controller.signal).then(
        (page) => settle(append(before, page, idOf)),
        (error: unknown) => settle({ ...before, error: toApiError(error) }),
      );
    },
    [key],
  );
  useEffect(() => {
    setLoaded(empty(key));
    load(empty(key));
    return () => {
      running.current?.abort();
      running.current = null;
    };
  }, [key]);
  const loadMore = useCallback(() => {
    if (running.current === null && !current.atEnd) {
      setLoaded({ ...current, error: null });
      load(current);
    }
  }, [current, load]);
  const loading = !current.atEnd && current.error === null;
  return { ...current, loading, loadMore };
}

function empty<T>(key: string): Loaded<T> {
  return { key, items: [], totalCount: null, pagesLoaded: 0, atEnd: false, error: null };
}

/** Adds a page to what has been loaded. */
export function append<T>(before: Loaded<T>, page: Page<T>, idOf: (item: T) => string): Loaded<T> {
  const known = new Set(before.items.map(idOf));
  const pagesLoaded = before.pagesLoaded + 1;
  const lastPage = Math.min(page.pageCount, MAX_PAGES);
  return {
    key: before.key,
    items: [...before.items, ...page.items.filter((item) => !known.has(idOf(item)))],
    totalCount: page.totalCount,
    pagesLoaded,
    atEnd: pagesLoaded >= lastPage || page.items.length === 0,
    error: null,
  };
}
