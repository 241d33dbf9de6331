// The Vite configuration both sites share: Preact's JSX, hashed assets, a manifest for the static
// server's modulepreload links, the route table beside the shell and precompressed variants.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { defineConfig } from "vite";

const COMPRESSIBLE = new Set([".css", ".html", ".ico", ".js", ".json", ".svg", ".txt", ".webmanifest"]);

/** Below this size a compressed copy saves less than the header that announces it. */
const MIN_COMPRESSED_SOURCE_BYTES = 256;

/** Writes `name.br` and `name.gz` beside every compressible output; the shell is left to the server. */
function precompress(outDir) {
  return {
    name: "precompress",
    apply: "build",
    async closeBundle() {
      for (const entry of await readdir(outDir, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && COMPRESSIBLE.has(extname(path)) && entry.name !== "index.html") {
          await writeVariants(path);
        }
      }
    },
  };
}

async function writeVariants(path) {
  const source = await readFile(path);
  if (source.length < MIN_COMPRESSED_SOURCE_BYTES) {
    return;
  }
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(source, {
      params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
    }),
    promisify(gzip)(source, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  for (const [suffix, bytes] of [[".br", brotli], [".gz", zipped]]) {
    if (bytes.length < source.length) {
      await writeFile(path + suffix, bytes);
    }
  }
}

/** Copies the route table to the output: the static server answers by the same table as the page. */
function routeTable(file) {
  return {
    name: "route-table",
    apply: "build",
    async generateBundle() {
      this.emitFile({ type: "asset", fileName: "routes.json", source: await readFile(file) });
    },
  };
}

/** The configuration of the site in `root` (an absolute folder). */
export function siteConfig(root) {
  const outDir = join(root, "dist");
  return defineConfig({
    root,
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    plugins: [routeTable(join(root, "routes.json")), precompress(outDir)],
    build: {
      outDir,
      emptyOutDir: true,
      target: ["es2022", "safari16.4"],
      manifest: "manifest.json",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  });
}
