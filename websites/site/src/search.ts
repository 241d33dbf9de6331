import type { SearchVariables } from "./operations.ts";

/** What the directory shows, as its address says it (website.md §6.2). */
export interface DirectoryState {
  readonly query: string;
  readonly tags: readonly string[];
  readonly animated: boolean;
  readonly still: boolean;
  readonly overlaying: boolean;
  readonly exact: boolean;
}

export type Toggle = "animated" | "still" | "overlaying" | "exact";

const TOGGLE_PARAMETERS: Readonly<Record<Toggle, string>> = {
  animated: "a",
  still: "s",
  overlaying: "o",
  exact: "e",
};

/** Limits of the API (website.md §8.2). */
const MAX_QUERY_CHARACTERS = 100;
const MAX_TAGS = 10;
const PER_PAGE = 72;

export function readDirectory(parameters: URLSearchParams): DirectoryState {
  const tags = (parameters.get("t") ?? "").split(/\s+/).filter((tag) => tag !== "");
  const animated = parameters.get("a") === "1";
  return {
    query: (parameters.get("q") ?? "").trim().slice(0, MAX_QUERY_CHARACTERS),
    tags: tags.slice(0, MAX_TAGS),
    animated,
    still: !animated && parameters.get("s") === "1",
    overlaying: parameters.get("o") === "1",
    exact: parameters.get("e") === "1",
  };
}

/** The address of a directory page; defaults are left out. */
export function directoryAddress(path: string, state: DirectoryState): string {
  const parameters = new URLSearchParams();
  if (state.query !== "") {
    parameters.set("q", state.query);
  }
  if (state.tags.length > 0) {
    parameters.set("t", state.tags.join(" "));
  }
  for (const [toggle, parameter] of Object.entries(TOGGLE_PARAMETERS)) {
    if (state[toggle as Toggle]) {
      parameters.set(parameter, "1");
    }
  }
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Flips one filter; "animated" and "still" exclude each other. */
export function withToggled(state: DirectoryState, toggle: Toggle): DirectoryState {
  const flipped = { ...state, [toggle]: !state[toggle] };
  if (toggle === "animated") {
    return { ...flipped, still: false };
  }
  return toggle === "still" ? { ...flipped, animated: false } : flipped;
}

export function searchVariables(
  sortBy: SearchVariables["sortBy"],
  state: DirectoryState,
  page: number,
): SearchVariables {
  return {
    query: state.query === "" ? null : state.query,
    tags: state.tags,
    sortBy,
    filters: {
      ...(state.animated || state.still ? { animated: state.animated } : {}),
      ...(state.overlaying ? { defaultZeroWidth: true } : {}),
      exactMatch: state.exact,
    },
    page,
    perPage: PER_PAGE,
  };
}
