import { createTranslator } from "@websites/shared/core/messages.ts";

const ENGLISH = {
  "banner": "There is a newer site. {link}",
  "banner.link": "Open this page there",
  "home.title": "Emote profiles",
  "home.lead": "This is the previous site. It keeps old links working: open a profile by its address.",
  "home.new": "Go to the new site",
  "nav.emotes": "Emotes",
  "nav.label": "Main",
  "user.title": "User",
  "user.activeSet": "Channel emotes",
  "user.setLine": "{name}: {used} of {capacity} places used",
  "user.setLineUnlimited": "{name}: {used} used",
  "user.noActiveSet": "No emote set is active in this channel",
  "user.search": "Search channel emotes",
  "user.emptySet": "This set has no emotes yet",
  "user.emptySearch": "No channel emote matches",
  "footer.text": "An independent emote platform for live streams.",
} as const;

export const t = createTranslator("en", ENGLISH);
