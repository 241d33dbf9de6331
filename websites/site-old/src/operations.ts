import type { Operation } from "@websites/shared/core/graphql.ts";

export interface ImageHost {
  /** Starts with `//`. */
  readonly url: string;
  readonly files: ReadonlyArray<{
    readonly name: string;
    readonly static_name: string;
    readonly width: number;
    readonly height: number;
    readonly frame_count: number;
    readonly format: string;
  }>;
}

export interface ActiveEmote {
  readonly id: string;
  readonly name: string;
  readonly data: {
    readonly id: string;
    readonly flags: number;
    readonly state: readonly string[];
    readonly owner: { readonly display_name: string } | null;
    readonly host: ImageHost;
  };
}

export interface EmoteSet {
  readonly id: string;
  readonly name: string;
  /** 0 means unlimited. */
  readonly capacity: number;
  readonly emote_count: number;
  readonly emotes: readonly ActiveEmote[];
}

export interface User {
  readonly id: string;
  readonly display_name: string;
  readonly username: string;
  readonly avatar_url: string;
  readonly connections: ReadonlyArray<{
    readonly id: string;
    readonly platform: string;
    readonly display_name: string;
    readonly emote_set_id: string | null;
  }>;
}

export const USER_FOR_PAGE: Operation<{ id: string }, { user: User }> = {
  name: "GetUserForUserPage",
  text: `query GetUserForUserPage($id: ObjectID!) { user(id: $id) {
    id username display_name avatar_url
    connections { id platform display_name emote_set_id } } }`,
};

export const EMOTE_SET: Operation<{ id: string }, { emoteSet: EmoteSet }> = {
  name: "GetEmoteSet",
  text: `query GetEmoteSet($id: ObjectID!) { emoteSet(id: $id) {
    id name capacity emote_count
    emotes { id name data { id flags state owner { display_name }
      host { url files { name static_name width height frame_count format } } } } } }`,
};
