import type { Session } from "./graphql.ts";

/** Key of the session token in local storage (website.md §3.2). */
const TOKEN_KEY = "7tv-token";

/** The session kept in this browser; works as signed out where storage is refused. */
export const storedSession: Session = {
  token() {
    try {
      return localStorage.getItem(TOKEN_KEY);
    } catch {
      return null;
    }
  },
  drop() {
    try {
      localStorage.removeItem(TOKEN_KEY);
    } catch {
      // Without storage there was no token either.
    }
  },
};
