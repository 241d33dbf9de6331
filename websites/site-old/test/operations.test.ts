import { readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import * as operations from "../src/operations.ts";

const schema = buildSchema(
  readFileSync(new URL("../../schema/v3.graphqls", import.meta.url), "utf8"),
);

describe("v3 operations", () => {
  it.each(Object.values(operations))("$name fits the schema", ({ name, text }) => {
    expect(validate(schema, parse(text)).map((error) => error.message)).toEqual([]);
    expect(text).toContain(`query ${name}(`);
  });
});
