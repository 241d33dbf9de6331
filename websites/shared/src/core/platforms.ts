const NAMES: Readonly<Record<string, string>> = {
  TWITCH: "Twitch",
  DISCORD: "Discord",
  KICK: "Kick",
  GOOGLE: "YouTube",
  YOUTUBE: "YouTube",
};

/** How a platform writes its own name; both APIs' codes are known. */
export function platformName(code: string): string {
  return NAMES[code] ?? code;
}
