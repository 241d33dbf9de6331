import { pageConfig } from "@websites/shared/core/config.ts";
import { GraphqlClient } from "@websites/shared/core/graphql.ts";

export const config = pageConfig();

/** The v4 API; signed-in calls will carry a bearer token, never a cookie (website.md §3.2). */
export const api = new GraphqlClient({
  endpoint: `${config.apiOrigin}/v4/gql`,
  credentials: "omit",
});
