import { pageConfig } from "@websites/shared/core/config.ts";
import { GraphqlClient } from "@websites/shared/core/graphql.ts";

export const config = pageConfig();

/** The v3 API; its session is a cookie of the API's own domain (website-old.md §3.1). */
export const api = new GraphqlClient({
  endpoint: `${config.apiOrigin}/v3/gql`,
  credentials: "include",
});
