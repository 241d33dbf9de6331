import { defineConfig } from "vitest/config";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: { include: ["{shared,site,site-old}/test/**/*.test.{ts,tsx}"] },
});
