import { describe, expect, it } from "vitest";
import { isAllowedImage, parseConfig } from "../src/core/config.ts";
import { createdAt, isId } from "../src/core/ids.ts";
import { createTranslator } from "../src/core/messages.ts";
import { matchRoute, redirectOf, type RouteTable } from "../src/core/routes.ts";
import { append, type Page } from "../src/ui/endless.ts";

const page = (path: string, name: string) => ({ path, page: name, title: "", description: "" });

describe("routes", () => {
  const table: RouteTable = {
    routes: [page("/", "home"), page("/emotes/new", "new"), page("/emotes/{id}", "emote")],
    redirects: [{ from: "/emotes/{id}/channels", to: "/emotes/{id}", status: 301 }],
  };

  it("prefers literal segments and decodes parameters", () => {
    expect(matchRoute(table, "/emotes/new")?.page).toBe("new");
    expect(matchRoute(table, "/emotes/a%20b")).toEqual({
      page: "emote",
      parameters: { id: "a b" },
    });
    expect(matchRoute(table, "/emotes/")).toBeNull();
    expect(matchRoute(table, "/emotes/x/y")).toBeNull();
  });

  it("knows where old addresses moved to", () => {
    expect(redirectOf(table, "/emotes/X/channels")).toBe("/emotes/X");
    expect(redirectOf(table, "/emotes//")).toBe("/emotes");
    expect(redirectOf(table, "/emotes/X")).toBeNull();
    expect(redirectOf(table, "/")).toBeNull();
  });
});

describe("ids", () => {
  it("knows both forms and the time in them", () => {
    expect(isId("01HR77R8QTG9546HKCPQYHBXCB")).toBe(true);
    expect(isId("60ae958e229664e8667aea38")).toBe(true);
    expect(isId("81HR77R8QTG9546HKCPQYHBXCB")).toBe(false);
    expect(isId("new")).toBe(false);
    expect(createdAt("01HR77R8QTG9546HKCPQYHBXCB")?.toISOString().slice(0, 10)).toBe("2024-03-05");
    expect(createdAt("60ae958e229664e8667aea38")?.toISOString().slice(0, 10)).toBe("2021-05-26");
  });
});

describe("messages", () => {
  const t = createTranslator("en", {
    plain: "by {name}",
    emotes: { one: "{count} emote", other: "{count} emotes" },
  });

  it("fills parameters in the locale's form and chooses the plural", () => {
    expect(t("plain", { name: "{count}" })).toBe("by {count}");
    expect(t("emotes", { count: 1 })).toBe("1 emote");
    expect(t("emotes", { count: 1200 })).toBe("1,200 emotes");
    expect(t("plain")).toBe("by {name}");
  });
});

describe("configuration", () => {
  it("keeps defaults for what is missing, of another type or not JSON", () => {
    expect(parseConfig('{"apiOrigin":"https://api.example","helpUrl":7}')).toMatchObject({
      apiOrigin: "https://api.example",
      helpUrl: "",
    });
    expect(parseConfig("<!--config-->").apiOrigin).toBe("http://127.0.0.1:8080");
    expect(parseConfig('{"imageOrigins":"x"}').imageOrigins).toEqual([]);
  });

  it("allows images of the CDN and the listed hosts only", () => {
    const config = parseConfig('{"cdnOrigin":"https://cdn.example","imageOrigins":["https://a.example"]}');
    expect(isAllowedImage(config, "https://cdn.example/x.webp")).toBe(true);
    expect(isAllowedImage(config, "https://a.example/x.png")).toBe(true);
    expect(isAllowedImage(config, "https://b.example/x.png")).toBe(false);
    expect(isAllowedImage(config, "")).toBe(false);
  });
});

describe("endless list", () => {
  const empty = {
    key: "k",
    items: [] as string[],
    totalCount: null,
    pagesLoaded: 0,
    atEnd: false,
    error: null,
  };
  const of = (items: string[], pageCount: number): Page<string> => ({
    items,
    pageCount,
    totalCount: 9,
  });
  const id = (item: string) => item;

  it("keeps items once and ends at the page count", () => {
    const first = append(empty, of(["a", "b"], 2), id);
    expect(first).toMatchObject({ items: ["a", "b"], atEnd: false, totalCount: 9 });
    expect(append(first, of(["b", "c"], 2), id)).toMatchObject({
      items: ["a", "b", "c"],
      atEnd: true,
    });
  });

  it("goes on after a short page and ends at an empty one", () => {
    expect(append(empty, of(["a"], 3), id).atEnd).toBe(false);
    expect(append(empty, of([], 3), id).atEnd).toBe(true);
  });
});
