import { describe, expect, it } from "vitest";
import { pictureOf, scalesOf, type ImageFile } from "../src/core/images.ts";

const file = (scale: number, type: string, frameCount: number): ImageFile => ({
  url: `https://cdn.example/e/${scale}x${frameCount === 1 ? "_static" : ""}.${type}`,
  mime: `image/${type}`,
  scale,
  width: 48 * scale,
  height: 32 * scale,
  frameCount,
});

describe("pictureOf", () => {
  it("offers still files first, to viewers who want less motion only", () => {
    const picture = pictureOf([file(1, "webp", 20), file(1, "webp", 1)]);
    expect(picture?.sources).toEqual([
      {
        type: "image/webp",
        srcset: "https://cdn.example/e/1x_static.webp 48w",
        media: "(prefers-reduced-motion: reduce)",
      },
      { type: "image/webp", srcset: "https://cdn.example/e/1x.webp 48w" },
    ]);
  });

  it("orders types from best to most common and scales from small to large", () => {
    const picture = pictureOf([
      file(2, "png", 1),
      file(2, "webp", 1),
      file(1, "webp", 1),
      file(1, "avif", 1),
    ]);
    expect(picture?.sources.map((source) => source.type)).toEqual([
      "image/avif",
      "image/webp",
      "image/png",
    ]);
    expect(picture?.sources[1]?.srcset).toBe(
      "https://cdn.example/e/1x_static.webp 48w, https://cdn.example/e/2x_static.webp 96w",
    );
    expect(picture?.sources.every((source) => source.media === undefined)).toBe(true);
  });

  it("falls back to the smallest GIF of a moving emote", () => {
    const picture = pictureOf([file(2, "gif", 20), file(1, "gif", 20), file(1, "webp", 20)]);
    expect(picture?.fallbackUrl).toBe("https://cdn.example/e/1x.gif");
    expect(picture?.aspectRatio).toBe(1.5);
  });

  it("knows the shape of answers without heights", () => {
    const { height: _, ...withoutHeight } = file(2, "webp", 1);
    expect(pictureOf([withoutHeight])?.aspectRatio).toBe(1.5);
  });

  it("shows nothing while there are no files, and never what is not http", () => {
    expect(pictureOf([])).toBeNull();
    expect(pictureOf([{ ...file(1, "webp", 1), url: "javascript:alert(1)" }])).toBeNull();
    expect(pictureOf([{ ...file(1, "webp", 1), url: "https://a.example/x 1x, https://b" }])).toBeNull();
  });

  it("lists each scale once", () => {
    expect(scalesOf([file(2, "webp", 1), file(1, "webp", 1), file(2, "avif", 1)])).toEqual([1, 2]);
  });
});
