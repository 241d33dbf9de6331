import type { ImageFile } from "@websites/shared/core/images.ts";
import type { EmoteCardData, FlagKind } from "@websites/shared/ui/cards.tsx";
import type { ActiveEmote, ImageHost, User } from "./operations.ts";

/** Bits of a v3 emote's flags (website-old.md §9.3). */
const PRIVATE = 1;
const ZERO_WIDTH = 256;
const NSFW = 65_536;

/** The placeholder that v3 answers for an unknown user (website-old.md §5.5). */
const NIL_ID = "00000000000000000000000000";
const NIL_OBJECT_ID = "000000000000000000000000";

export function isPlaceholder(user: User): boolean {
  return user.id === NIL_ID || user.id === NIL_OBJECT_ID;
}

/** The v3 files in the form of the v4 API, with a still file beside every moving one. */
export function filesOf(host: ImageHost): ImageFile[] {
  return host.files.flatMap((file) => {
    const scale = Number.parseInt(file.name, 10);
    const mime = `image/${file.format.toLowerCase()}`;
    if (!Number.isInteger(scale)) {
      return [];
    }
    const { width, height } = file;
    const url = `${host.url}/${file.name}`;
    const moving = { url, mime, scale, width, height, frameCount: file.frame_count };
    // Animated GIFs are given a still name too, but no such file exists (api-v3.md §13.2).
    const hasStill = file.frame_count > 1 && file.format !== "GIF";
    const still = { ...moving, url: `${host.url}/${file.static_name}`, frameCount: 1 };
    return hasStill ? [moving, still] : [moving];
  });
}

export function flagsOf(emote: ActiveEmote["data"]): FlagKind[] {
  const found: FlagKind[] = [];
  if ((emote.flags & ZERO_WIDTH) !== 0) {
    found.push("zeroWidth");
  }
  if ((emote.flags & PRIVATE) !== 0) {
    found.push("private");
  } else if (!emote.state.includes("LISTED")) {
    found.push("unlisted");
  }
  if ((emote.flags & NSFW) !== 0) {
    found.push("nsfw");
  }
  return found;
}

/** An emote of a set; its page is on the new site. */
export function cardOf(entry: ActiveEmote, newSiteOrigin: string): EmoteCardData {
  return {
    id: entry.id,
    name: entry.name,
    ownerName: entry.data.owner?.display_name ?? null,
    files: filesOf(entry.data.host),
    flags: flagsOf(entry.data),
    href: `${newSiteOrigin}/emotes/${entry.data.id}`,
  };
}

/** One active set per user: v3 repeats it on every connection. */
export function activeSetIdOf(user: User): string | null {
  return user.connections.find((connection) => connection.emote_set_id)?.emote_set_id ?? null;
}
