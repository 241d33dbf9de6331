import { describe, expect, it } from "vitest";
import { directoryAddress, readDirectory, searchVariables, withToggled } from "../src/search.ts";

const read = (text: string) => readDirectory(new URLSearchParams(text));

describe("directory address", () => {
  it("is read and written alike", () => {
    const text = "q=cat+dance&t=cute+wave&a=1&o=1&e=1";
    expect(directoryAddress("/emotes", read(text))).toBe(`/emotes?${text}`);
    expect(directoryAddress("/emotes/new", read(""))).toBe("/emotes/new");
  });

  it("bounds what it reads", () => {
    expect(read(`q=${"x".repeat(150)}`).query).toHaveLength(100);
    expect(read("t=a+b+c+d+e+f+g+h+i+j+k").tags).toHaveLength(10);
  });

  it("lets animated and still exclude each other", () => {
    expect(read("a=1&s=1")).toMatchObject({ animated: true, still: false });
    expect(withToggled(read("a=1"), "still")).toMatchObject({ animated: false, still: true });
    expect(withToggled(read("s=1"), "animated")).toMatchObject({ animated: true, still: false });
    expect(withToggled(read("a=1"), "animated")).toMatchObject({ animated: false, still: false });
  });

  it("becomes the variables of the search", () => {
    expect(searchVariables("UPLOAD_DATE", read(""), 3)).toEqual({
      query: null,
      tags: [],
      sortBy: "UPLOAD_DATE",
      filters: { exactMatch: false },
      page: 3,
      perPage: 72,
    });
    expect(searchVariables("TOP_ALL_TIME", read("q=cat&s=1&o=1"), 1)).toMatchObject({
      query: "cat",
      filters: { animated: false, defaultZeroWidth: true },
    });
  });
});
