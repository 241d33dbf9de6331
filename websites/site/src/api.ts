import { pageConfig } from "@websites/shared/core/config.ts";
import { GraphqlClient } from "@websites/shared/core/graphql.ts";
import { storedSession } from "@websites/shared/core/session.ts";

export const config = pageConfig();

/** The v4 API; calls carry the bearer token, never a cookie (website.md §3.2). */
export const api = new GraphqlClient({
  endpoint: `${config.apiOrigin}/v4/gql`,
  credentials: "omit",
  session: storedSession,
});
