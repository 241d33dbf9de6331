import { createTranslator } from "./messages.ts";

/** Texts of the pieces that both sites share. */
const ENGLISH = {
  "skip": "Skip to content",
  "loading": "Loading…",
  "retry": "Try again",
  "details": "Details",
  "error.title": "That did not work",
  "error.network": "The service could not be reached. Check your connection and try again.",
  "error.timeout": "The service took too long to answer.",
  "error.unauthorized": "You need to sign in to see this.",
  "error.rate-limited": "Too many requests. Wait a moment and try again.",
  "error.server": "The service has a problem right now.",
  "error.refused": "The service refused this request.",
  "notFound.title": "Nothing here",
  "notFound.page": "There is no page at this address.",
  "notFound.emote": "This emote does not exist, was deleted, or is not public.",
  "notFound.set": "This emote set does not exist or is not public.",
  "notFound.user": "There is no such user.",
  "notFound.home": "Go to the start page",
  "list.end": "That is all of them",
  "list.more": "Load more",
  "list.progress": "{loaded} of {total} loaded",
  "emote.pending": "Image is being prepared",
  "emote.count": { one: "{count} emote", other: "{count} emotes" },
  "by": "by {name}",
  "flag.zeroWidth": "Overlaying",
  "flag.private": "Private",
  "flag.unlisted": "Unlisted",
  "flag.animated": "Animated",
  "flag.nsfw": "Not safe for work",
  "flag.personal": "Personal use",
  "copy": "Copy link",
  "copied": "Copied",
} as const;

export type TextKey = keyof typeof ENGLISH;

export const t = createTranslator("en", ENGLISH);
