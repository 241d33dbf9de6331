import type { EmoteCardData, FlagKind } from "@websites/shared/ui/cards.tsx";
import type { EmoteCard, EmoteInSet, UserName } from "./operations.ts";

/** The flags of an emote, most important first (website.md §4.2). */
export function flagsOf(emote: Pick<EmoteCard, "flags">, zeroWidth?: boolean): FlagKind[] {
  const { flags } = emote;
  const found: FlagKind[] = [];
  if (zeroWidth ?? flags.defaultZeroWidth) {
    found.push("zeroWidth");
  }
  if (flags.private) {
    found.push("private");
  } else if (!flags.publicListed) {
    found.push("unlisted");
  }
  if (flags.nsfw) {
    found.push("nsfw");
  }
  return found;
}

/** The name by which a user is shown, or null where the account has no connection. */
export function nameOf(user: UserName | null): string | null {
  return user?.mainConnection?.platformDisplayName ?? null;
}

export function cardOf(emote: EmoteCard): EmoteCardData {
  return {
    id: emote.id,
    name: emote.defaultName,
    ownerName: nameOf(emote.owner),
    files: emote.images,
    flags: flagsOf(emote),
    href: `/emotes/${emote.id}`,
  };
}

/** An emote inside a set shows the name it has there. */
export function cardInSet(entry: EmoteInSet): EmoteCardData {
  return {
    ...cardOf(entry.emote),
    id: entry.id,
    name: entry.alias,
    flags: flagsOf(entry.emote, entry.flags.zeroWidth),
  };
}
