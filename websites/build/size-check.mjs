// Fails the build when a first load grows over its budget (website.md §12), counted in gzip bytes
// over what the manifest says a route needs.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const SCRIPT_BUDGET_BYTES = 60 * 1024;
const STYLE_BUDGET_BYTES = 15 * 1024;

const root = new URL("..", import.meta.url);
let failed = false;

for (const site of ["site", "site-old"]) {
  const dist = new URL(`${site}/dist/`, root);
  const manifest = JSON.parse(await readFile(new URL("manifest.json", dist), "utf8"));
  const { routes } = JSON.parse(await readFile(new URL("routes.json", dist), "utf8"));
  for (const chunk of new Set(routes.map((route) => route.chunk))) {
    const needed = filesOf(manifest, ["index.html", chunk]);
    report(`${site} ${chunk} scripts`, await gzipBytes(dist, needed.scripts), SCRIPT_BUDGET_BYTES);
    report(`${site} ${chunk} styles`, await gzipBytes(dist, needed.styles), STYLE_BUDGET_BYTES);
  }
}
process.exitCode = failed ? 1 : 0;

function filesOf(manifest, entries) {
  const scripts = new Set();
  const styles = new Set();
  const open = [...entries];
  while (open.length > 0) {
    const key = open.pop();
    const chunk = manifest[key];
    if (chunk === undefined) {
      throw new Error(`routes.json names ${key}, which the build does not have`);
    }
    if (!scripts.has(chunk.file)) {
      scripts.add(chunk.file);
      chunk.css?.forEach((file) => styles.add(file));
      open.push(...(chunk.imports ?? []));
    }
  }
  return { scripts, styles };
}

async function gzipBytes(dist, files) {
  let total = 0;
  for (const file of files) {
    total += gzipSync(await readFile(new URL(file, dist))).length;
  }
  return total;
}

function report(what, bytes, budget) {
  const over = bytes > budget;
  failed ||= over;
  const line = `${what}: ${bytes} of ${budget} bytes gzip${over ? ", over budget" : ""}`;
  (over ? console.error : console.log)(line);
}
