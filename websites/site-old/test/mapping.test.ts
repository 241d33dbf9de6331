import { describe, expect, it } from "vitest";
import { activeSetIdOf, cardOf, filesOf, flagsOf, isPlaceholder } from "../src/mapping.ts";
import type { ActiveEmote, User } from "../src/operations.ts";

const host = {
  url: "//cdn.example/emote/1",
  files: ["WEBP", "GIF"].map((format) => ({
    name: `2x.${format.toLowerCase()}`,
    static_name: `2x_static.${format.toLowerCase()}`,
    width: 64,
    height: 64,
    frame_count: 20,
    format,
  })),
};

const entry: ActiveEmote = {
  id: "01HR77R8QTG9546HKCPQYHBXCB",
  name: "hi",
  data: {
    id: "01HR77R8QTG9546HKCPQYHBXCB",
    flags: 0,
    state: ["LISTED"],
    owner: { display_name: "BobPaints" },
    host,
  },
};

const user: User = {
  id: "01GRZYNNBRCJYP7MNBDRV3JW5D",
  username: "alice",
  display_name: "Alice",
  avatar_url: "",
  connections: [
    { id: "1", platform: "TWITCH", display_name: "Alice", emote_set_id: null },
    { id: "2", platform: "KICK", display_name: "Alice", emote_set_id: "SET" },
  ],
};

describe("v3 mapping", () => {
  it("adds the still file of every moving one, but of no GIF", () => {
    expect(filesOf(host).map((file) => [file.url, file.frameCount, file.scale])).toEqual([
      ["//cdn.example/emote/1/2x.webp", 20, 2],
      ["//cdn.example/emote/1/2x_static.webp", 1, 2],
      ["//cdn.example/emote/1/2x.gif", 20, 2],
    ]);
  });

  it("reads flags and state", () => {
    expect(flagsOf({ ...entry.data, flags: 257 })).toEqual(["zeroWidth", "private"]);
    expect(flagsOf({ ...entry.data, state: [] })).toEqual(["unlisted"]);
    expect(flagsOf({ ...entry.data, flags: 65_536 })).toEqual(["nsfw"]);
  });

  it("links cards to the new site under the name in the set", () => {
    expect(cardOf(entry, "https://new.example")).toMatchObject({
      name: "hi",
      ownerName: "BobPaints",
      href: "https://new.example/emotes/01HR77R8QTG9546HKCPQYHBXCB",
    });
  });

  it("finds the one active set and the placeholder of unknown users", () => {
    expect(activeSetIdOf(user)).toBe("SET");
    expect(activeSetIdOf({ ...user, connections: [] })).toBeNull();
    expect(isPlaceholder(user)).toBe(false);
    expect(isPlaceholder({ ...user, id: "0".repeat(26) })).toBe(true);
  });
});
