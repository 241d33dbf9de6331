import type { Operation } from "@websites/shared/core/graphql.ts";
import type { ImageFile } from "@websites/shared/core/images.ts";

const IMAGE = "url mime size scale width height frameCount";
const CHIP = `id mainConnection { platformDisplayName platformAvatarUrl }
  style { activeProfilePicture { images { ${IMAGE} } } }`;
const CARD = `id defaultName deleted imagesPending
  owner { id mainConnection { platformDisplayName } }
  flags { animated defaultZeroWidth private publicListed nsfw }
  images { ${IMAGE} }`;

export interface UserName {
  readonly id: string;
  readonly mainConnection: { readonly platformDisplayName: string } | null;
}

export interface UserChip extends UserName {
  readonly mainConnection: {
    readonly platformDisplayName: string;
    readonly platformAvatarUrl: string | null;
  } | null;
  readonly style: { readonly activeProfilePicture: { readonly images: readonly ImageFile[] } | null };
}

export interface EmoteCard {
  readonly id: string;
  readonly defaultName: string;
  readonly deleted: boolean;
  readonly imagesPending: boolean;
  readonly owner: UserName | null;
  readonly flags: {
    readonly animated: boolean;
    readonly defaultZeroWidth: boolean;
    readonly private: boolean;
    readonly publicListed: boolean;
    readonly nsfw: boolean;
  };
  readonly images: readonly ImageFile[];
}

export interface Emote extends Omit<EmoteCard, "owner"> {
  readonly owner: UserChip | null;
  readonly tags: readonly string[];
}

export interface EmoteSetInfo {
  readonly id: string;
  readonly name: string;
  readonly kind: "NORMAL" | "GLOBAL" | "PERSONAL" | "SPECIAL";
  readonly capacity: number | null;
  readonly tags: readonly string[];
  readonly owner: UserChip | null;
  readonly emotes: { readonly totalCount: number };
}

export interface EmoteInSet {
  readonly id: string;
  readonly alias: string;
  readonly flags: { readonly zeroWidth: boolean };
  readonly emote: EmoteCard;
}

export interface User extends UserChip {
  readonly style: UserChip["style"] & { readonly activeEmoteSet: { readonly id: string } | null };
  readonly roles: ReadonlyArray<{ readonly name: string }>;
  readonly connections: ReadonlyArray<{
    readonly platform: string;
    readonly platformDisplayName: string;
  }>;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly totalCount: number;
  readonly pageCount: number;
}

export interface SearchVariables {
  readonly query: string | null;
  readonly tags: readonly string[];
  readonly sortBy: "TOP_ALL_TIME" | "TRENDING_WEEKLY" | "UPLOAD_DATE";
  readonly filters: {
    readonly animated?: boolean;
    readonly defaultZeroWidth?: boolean;
    readonly exactMatch?: boolean;
  };
  readonly page: number;
  readonly perPage: number;
}

export const EMOTE_SEARCH: Operation<
  SearchVariables,
  { emotes: { search: Page<EmoteCard> } }
> = {
  name: "EmoteSearch",
  text: `query EmoteSearch($query: String, $tags: [String!]!, $sortBy: SortBy!, $filters: Filters,
    $page: Int, $perPage: Int!) {
    emotes { search(query: $query, tags: { tags: $tags, match: ANY },
      sort: { sortBy: $sortBy, order: DESCENDING }, filters: $filters,
      page: $page, perPage: $perPage) { items { ${CARD} } totalCount pageCount } } }`,
};

export const ONE_EMOTE: Operation<{ id: string }, { emotes: { emote: Emote | null } }> = {
  name: "OneEmote",
  text: `query OneEmote($id: Id!) { emotes { emote(id: $id) {
    id defaultName deleted imagesPending tags
    owner { ${CHIP} }
    flags { animated defaultZeroWidth private publicListed nsfw }
    images { ${IMAGE} } } } }`,
};

export const ONE_SET: Operation<
  { id: string },
  { emoteSets: { emoteSet: EmoteSetInfo | null } }
> = {
  name: "OneSet",
  text: `query OneSet($id: Id!) { emoteSets { emoteSet(id: $id) {
    id name kind capacity tags owner { ${CHIP} } emotes(page: 1, perPage: 1) { totalCount } } } }`,
};

export const EMOTES_IN_SET: Operation<
  { id: string; query: string | null; page: number; perPage: number },
  { emoteSets: { emoteSet: { emotes: Page<EmoteInSet> } | null } }
> = {
  name: "EmotesInSet",
  text: `query EmotesInSet($id: Id!, $query: String, $page: Int!, $perPage: Int!) {
    emoteSets { emoteSet(id: $id) { emotes(query: $query, page: $page, perPage: $perPage) {
      items { id alias flags { zeroWidth } emote { ${CARD} } } totalCount pageCount } } } }`,
};

export const ONE_USER: Operation<{ id: string }, { users: { user: User | null } }> = {
  name: "OneUser",
  text: `query OneUser($id: Id!) { users { user(id: $id) {
    id mainConnection { platformDisplayName platformAvatarUrl }
    style { activeProfilePicture { images { ${IMAGE} } } activeEmoteSet { id } }
    roles { name } connections { platform platformDisplayName } } } }`,
};
