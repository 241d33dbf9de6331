/** What the static server tells the page (website.md §1 "Runtime configuration"). */
export interface SiteConfig {
  readonly siteName: string;
  readonly apiOrigin: string;
  readonly siteOrigin: string;
  readonly newSiteOrigin: string;
  readonly oldSiteOrigin: string;
  readonly cdnOrigin: string;
  readonly helpUrl: string;
  /** Hosts beside the CDN whose images the page's policy allows: the platforms' avatars. */
  readonly imageOrigins: readonly string[];
}

/** Addresses of a development machine, used where the server filled nothing in. */
const DEVELOPMENT: SiteConfig = {
  siteName: "Emote Platform",
  apiOrigin: "http://127.0.0.1:8080",
  siteOrigin: "http://127.0.0.1:8083",
  newSiteOrigin: "http://127.0.0.1:8083",
  oldSiteOrigin: "http://127.0.0.1:8084",
  cdnOrigin: "http://127.0.0.1:8081",
  helpUrl: "",
  imageOrigins: [],
};

/** Reads the JSON data block `#config`; anything missing or of another type keeps its default. */
export function parseConfig(json: string | null | undefined): SiteConfig {
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(json ?? "{}") as Record<string, unknown>;
  } catch {
    return DEVELOPMENT;
  }
  const merged: Record<string, unknown> = { ...DEVELOPMENT };
  for (const [key, preset] of Object.entries(DEVELOPMENT)) {
    const value = given[key];
    if (typeof value === typeof preset && Array.isArray(value) === Array.isArray(preset)) {
      merged[key] = value;
    }
  }
  return merged as unknown as SiteConfig;
}

/** The configuration of the page that is being shown. */
export function pageConfig(): SiteConfig {
  return parseConfig(document.getElementById("config")?.textContent);
}

/** Whether the page's policy lets it show this image. */
export function isAllowedImage(config: SiteConfig, url: string): boolean {
  const origin = URL.canParse(url) ? new URL(url).origin : "";
  return [config.cdnOrigin, ...config.imageOrigins].includes(origin);
}
