import { useCallback, useEffect, useState } from "preact/hooks";
import { ApiError } from "../core/errors.ts";

export type QueryState<T> =
  | { readonly status: "loading" }
  | { readonly status: "ready"; readonly data: T }
  | { readonly status: "failed"; readonly error: ApiError };

export interface Query<T> {
  readonly state: QueryState<T>;
  /** Loads again, past the cache. */
  readonly reload: () => void;
}

export type Load<T> = (signal: AbortSignal, fresh: boolean) => Promise<T>;

/** Loads once per `key` and whenever asked again; a superseded or unmounted load is aborted. */
export function useQuery<T>(key: string, load: Load<T>): Query<T> {
  const [attempt, setAttempt] = useState(0);
  const [settled, setSettled] = useState<{ key: string; state: QueryState<T> } | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    load(controller.signal, attempt > 0).then(
      (data) => setSettled({ key, state: { status: "ready", data } }),
      (error: unknown) => {
        if (!controller.signal.aborted) {
          setSettled({ key, state: { status: "failed", error: toApiError(error) } });
        }
      },
    );
    return () => controller.abort();
  }, [key, attempt]);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  const state: QueryState<T> = settled?.key === key ? settled.state : { status: "loading" };
  return { state, reload };
}

/** What the page shows for a thrown value. */
export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError("server", String(error));
}
