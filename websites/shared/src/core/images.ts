/** One file of an image in the form of the v4 API; the v3 API's files are converted to it. */
export interface ImageFile {
  readonly url: string;
  readonly mime: string;
  readonly scale: number;
  readonly width: number;
  readonly height?: number;
  readonly frameCount: number;
}

/** One `<source>` of a `<picture>`; its srcset has width descriptors. */
export interface PictureSource {
  readonly type: string;
  readonly srcset: string;
  /** Set where the source is meant only for viewers who asked for less motion. */
  readonly media?: string;
}

export interface Picture {
  readonly sources: readonly PictureSource[];
  readonly fallbackUrl: string;
  /** Width divided by height, so that the page does not move when the image arrives. */
  readonly aspectRatio: number;
}

const REDUCED_MOTION = "(prefers-reduced-motion: reduce)";

/** Preferred first (website.md §4.3). */
const TYPE_ORDER = ["image/avif", "image/webp", "image/gif", "image/png"];

/** Height of every emote at 1x in pixels, for answers that carry only widths. */
const BASE_HEIGHT_PX = 32;

/**
 * Arranges the files for a `<picture>`: still files first, limited to reduced motion where moving
 * ones exist, then the moving ones; inside each group by type, all scales in one srcset. Null where
 * there is nothing to show yet.
 */
export function pictureOf(files: readonly ImageFile[]): Picture | null {
  const usable = files.filter((file) => isHttpUrl(file.url));
  const smallest = usable.reduce<ImageFile | null>(
    (best, file) => (best === null || file.scale < best.scale ? file : best),
    null,
  );
  if (smallest === null) {
    return null;
  }
  const moving = usable.filter((file) => file.frameCount > 1);
  const still = usable.filter((file) => file.frameCount <= 1);
  const sources =
    moving.length > 0
      ? [...sourcesOf(still, REDUCED_MOTION), ...sourcesOf(moving)]
      : sourcesOf(still);
  const shown = moving.length > 0 ? moving : still;
  return {
    sources,
    fallbackUrl: fallbackOf(shown).url,
    aspectRatio: aspectRatioOf(smallest),
  };
}

/** The files of one scale only, for pages that show each scale at its true size. */
export function atScale(files: readonly ImageFile[], scale: number): ImageFile[] {
  return files.filter((file) => file.scale === scale);
}

/** The distinct scales of the files, ascending. */
export function scalesOf(files: readonly ImageFile[]): number[] {
  return [...new Set(files.map((file) => file.scale))].sort((a, b) => a - b);
}

/** Width divided by height; square where the sizes are not known. */
export function aspectRatioOf(file: ImageFile): number {
  const ratio = file.width / (file.height ?? BASE_HEIGHT_PX * file.scale);
  return Number.isFinite(ratio) && ratio > 0 ? ratio : 1;
}

function sourcesOf(files: readonly ImageFile[], media?: string): PictureSource[] {
  return TYPE_ORDER.flatMap((type) => {
    const ofType = files.filter((file) => file.mime === type).sort((a, b) => a.scale - b.scale);
    if (ofType.length === 0) {
      return [];
    }
    const srcset = ofType.map((file) => `${file.url} ${file.width}w`).join(", ");
    return [media === undefined ? { type, srcset } : { type, srcset, media }];
  });
}

/** What a browser without `<picture>` loads: the smallest GIF or PNG, else the smallest file. */
function fallbackOf(files: readonly ImageFile[]): ImageFile {
  const rank = (file: ImageFile) =>
    (file.mime === "image/gif" || file.mime === "image/png" ? 0 : 100) + file.scale;
  return files.reduce((best, file) => (rank(file) < rank(best) ? file : best));
}

function isHttpUrl(url: string): boolean {
  return /^(https?:)?\/\/[^\s,]+$/.test(url);
}
