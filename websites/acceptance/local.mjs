// Plays the story against both sites alone: the packaged server before a double of API and CDN.
//
//   mvn -pl websites/server -am package && npm run build && npm run acceptance:local
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { SAMPLE, startPlatform } from "./double/platform.mjs";

const START_LIMIT_MS = 30_000;
const POLL_INTERVAL_MS = 100;

const websites = new URL("..", import.meta.url);
const jar = fileURLToPath(new URL("server/target/website-server.jar", websites));
const java = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/java` : "java";

const platform = await startPlatform();
const ports = { site: await freePort(), "site-old": await freePort() };
const origins = Object.fromEntries(
  Object.entries(ports).map(([site, port]) => [site, `http://127.0.0.1:${port}`]),
);
const servers = Object.keys(ports).map(startServer);
try {
  await Promise.all(Object.values(origins).map(untilServed));
  process.exitCode = await playStory();
} finally {
  for (const server of servers) {
    server.kill("SIGTERM");
  }
  await Promise.all(servers.map((server) => server.exitCode ?? once(server, "exit")));
  await platform.close();
}

function startServer(site) {
  const settings = {
    "website.site": site,
    "website.bind": `127.0.0.1:${ports[site]}`,
    "website.root": fileURLToPath(new URL(`${site}/dist`, websites)),
    "website.website_origin": origins.site,
    "website.old_website_origin": origins["site-old"],
    "website.api_origin": platform.apiOrigin,
    "website.cdn_origin": platform.cdnOrigin,
  };
  const overrides = Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}="${value}"`]);
  const flags = ["--enable-native-access=ALL-UNNAMED", "-Xmx128m"];
  return spawn(java, [...flags, "-jar", jar, ...overrides], { stdio: ["ignore", 2, 2] });
}

async function untilServed(origin) {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const response = await fetch(origin).catch(() => null);
    if (response?.ok) {
      return;
    }
    if (Date.now() > deadline) {
      throw new Error(`nothing serves ${origin} after ${START_LIMIT_MS} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}

async function playStory() {
  const story = spawn(
    process.execPath,
    [
      fileURLToPath(new URL("story.mjs", import.meta.url)),
      ...["--site", origins.site, "--site-old", origins["site-old"]],
      ...["--emote", SAMPLE.emoteId, "--emote-name", SAMPLE.emoteName],
      ...["--set", SAMPLE.setId, "--user", SAMPLE.userId],
      ...process.argv.slice(2),
    ],
    { stdio: "inherit" },
  );
  const [code] = await once(story, "exit");
  return code ?? 1;
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
