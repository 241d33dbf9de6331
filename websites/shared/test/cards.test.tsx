import { render } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import { EmoteGrid, type EmoteCardData } from "../src/ui/cards.tsx";

const EMOTE: EmoteCardData = {
  id: "01HR77R8QTG9546HKCPQYHBXCB",
  name: '"><script>alert(1)</script>',
  ownerName: "BobPaints",
  files: [
    {
      url: "https://cdn.example/e/2x.webp",
      mime: "image/webp",
      scale: 2,
      width: 192,
      height: 64,
      frameCount: 1,
    },
  ],
  flags: ["zeroWidth"],
  href: "/emotes/01HR77R8QTG9546HKCPQYHBXCB",
};

describe("EmoteGrid", () => {
  it("makes each card one link with picture, escaped name, owner and flag text", () => {
    const html = render(<EmoteGrid emotes={[EMOTE]} label="Emotes" />);
    expect(html.match(/<a /g)).toHaveLength(1);
    expect(html).toContain('href="/emotes/01HR77R8QTG9546HKCPQYHBXCB"');
    expect(html).not.toContain("<script>");
    expect(html).toContain("BobPaints");
    expect(html).toContain('<span class="visually-hidden">Overlaying</span>');
  });

  it("gives the image the size it will have, so that nothing moves", () => {
    const html = render(<EmoteGrid emotes={[EMOTE]} label="Emotes" />);
    expect(html).toContain('sizes="136px"');
    expect(html).toContain('width="136" height="45"');
  });

  it("shows a placeholder while the images are pending", () => {
    const html = render(<EmoteGrid emotes={[{ ...EMOTE, files: [] }]} label="Emotes" />);
    expect(html).toContain('role="img"');
    expect(html).not.toContain("<picture>");
  });
});
