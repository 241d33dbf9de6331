// Stands in for the API and the CDN while the sites are developed or tested alone: answers the
// sites' operations from the specification's example documents and serves small real images.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const MAX_BODY_BYTES = 64 * 1024;
const EXAMPLE_CDN = "https://cdn.7tv.app";
const SCALES = [1, 2, 3, 4];
const BASE_PX = 32;
const FRAMES = 6;
const MIMES = { webp: "image/webp", avif: "image/avif", gif: "image/gif", png: "image/png" };

/** Ids of what the double knows, for the acceptance story. */
export const SAMPLE = {
  emoteId: "01HR77R8QTG9546HKCPQYHBXCB",
  emoteName: "waveHi",
  setId: "01GRZYQFV0ZBAY31YG75H3DZ6A",
  userId: "01GRZYNNBRCJYP7MNBDRV3JW5D",
};

/** Starts the API and the CDN on free ports; `close()` ends both. */
export async function startPlatform() {
  const examples = await readExamples();
  const cdn = await listen(createServer(answerImage));
  const documents = withImages(examples, cdn.origin);
  const api = await listen(createServer((request, response) => answerApi(documents, cdn.origin, request, response)));
  return {
    apiOrigin: api.origin,
    cdnOrigin: cdn.origin,
    close: async () => {
      await Promise.all([api.close(), cdn.close()]);
    },
  };
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readExamples() {
  const read = async (name) =>
    JSON.parse(await readFile(new URL(`examples/${name}`, import.meta.url), "utf8"));
  const search = await read("01-emote-search.json");
  const one = await read("02-one-emote.json");
  const inSet = await read("03-emotes-in-set.json");
  const user = await read("04-one-user.json");
  const v3 = await read("gql-user-by-connection.json");
  return {
    emotes: search.logged_in.response.body.data.emotes.search.items,
    emote: one.found.response.body.data.emotes.emote,
    inSet: inSet.page.response.body.data.emoteSets.emoteSet.emotes.items,
    user: user.found.response.body.data.users.user,
    v3User: v3.data.user,
  };
}

/** The examples with every emote's images in all scales and formats, at the double's own CDN. */
function withImages(examples, cdnOrigin) {
  const complete = (emote) => ({
    ...emote,
    flags: { animated: true, nsfw: false, ...emote.flags },
    deleted: false,
    imagesPending: false,
    images: imagesOf(`${cdnOrigin}/emote/${emote.id}`),
  });
  const text = JSON.stringify(examples).replaceAll(EXAMPLE_CDN, cdnOrigin);
  const documents = JSON.parse(text);
  return {
    ...documents,
    emotes: documents.emotes.map(complete),
    emote: complete(documents.emote),
    inSet: documents.inSet.map((entry) => ({ ...entry, emote: complete(entry.emote) })),
  };
}

function imagesOf(folder) {
  const file = (scale, name, type, frameCount) => ({
    url: `${folder}/${scale}x${name}.${type}`,
    mime: MIMES[type],
    scale,
    width: BASE_PX * scale,
    height: BASE_PX * scale,
    size: 1024 * scale,
    frameCount,
  });
  return SCALES.flatMap((scale) => [
    ...["webp", "avif", "png"].map((type) => file(scale, "_static", type, 1)),
    ...["webp", "avif", "gif"].map((type) => file(scale, "", type, FRAMES)),
  ]);
}

async function answerImage(request, response) {
  const match = /\/([1-4]x(?:_static)?)\.(webp|avif|gif|png)$/.exec(request.url ?? "");
  const bytes =
    match &&
    (await readFile(new URL(`images/${match[1]}.${match[2]}`, import.meta.url)).catch(() => null));
  if (!bytes) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    "content-type": MIMES[match[2]],
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
  });
  response.end(bytes);
}

async function answerApi(documents, cdnOrigin, request, response) {
  const origin = request.headers.origin;
  if (origin !== undefined) {
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-allow-credentials", "true");
    response.setHeader("access-control-allow-headers", "content-type, authorization");
  }
  if (request.method === "OPTIONS") {
    response.writeHead(200).end();
    return;
  }
  const call = JSON.parse(await readBody(request));
  const name = /query (\w+)/.exec(call.query)?.[1];
  const answer = request.url === "/v4/gql" ? V4[name] : V3[name];
  if (answer === undefined) {
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ errors: [{ message: `unknown operation ${name}` }] }));
    return;
  }
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ data: answer(documents, call.variables, cdnOrigin) }));
}

async function readBody(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) {
      throw new Error("request body over the limit");
    }
  }
  return text;
}

const page = (items) => ({ items, totalCount: items.length, pageCount: 1 });
const contains = (name, query) => name.toLowerCase().includes((query ?? "").toLowerCase());

const oneEmote = ({ emote }, { id }) => ({ emotes: { emote: id === emote.id ? emote : null } });
const oneUser = ({ user }, { id }) => ({ users: { user: id === user.id ? user : null } });
const oneSet = (documents, { id }) => ({
  emoteSets: { emoteSet: id === SAMPLE.setId ? emoteSetOf(documents) : null },
});

function emoteSetOf({ user, inSet }) {
  return {
    id: SAMPLE.setId,
    name: "Alice_Plays's Emotes",
    kind: "NORMAL",
    capacity: 1000,
    tags: [],
    owner: user,
    emotes: page(inSet),
  };
}

const V4 = {
  EmoteSearch: ({ emotes }, { query }) => ({
    emotes: { search: page(emotes.filter((emote) => contains(emote.defaultName, query))) },
  }),
  OneEmote: oneEmote,
  EmbedEmote: oneEmote,
  OneSet: oneSet,
  EmbedEmoteSet: oneSet,
  EmotesInSet: ({ inSet }, { query }) => ({
    emoteSets: { emoteSet: { emotes: page(inSet.filter((entry) => contains(entry.alias, query))) } },
  }),
  OneUser: oneUser,
  EmbedUser: oneUser,
};

const v3User = ({ v3User: user }, { id }) => ({
  user:
    id === SAMPLE.userId
      ? {
          ...user,
          id,
          connections: user.connections.map((connection) => ({
            ...connection,
            id: "900100200",
            display_name: user.display_name,
            emote_set_id: SAMPLE.setId,
          })),
        }
      : { id: "0".repeat(26), username: "*DeletedUser", display_name: "*DeletedUser", avatar_url: "", connections: [] },
});

const V3 = {
  GetUserForUserPage: v3User,
  EmbedUser: v3User,
  GetEmoteSet: ({ inSet }, _, cdnOrigin) => ({
    emoteSet: {
      id: SAMPLE.setId,
      name: "Alice_Plays's Emotes",
      capacity: 1000,
      emote_count: inSet.length,
      emotes: inSet.map((entry) => v3Entry(entry, cdnOrigin.replace(/^http:/, ""))),
    },
  }),
};

function v3Entry(entry, cdn) {
  const file = (scale, type) => ({
    name: `${scale}x.${type}`,
    static_name: `${scale}x_static.${type}`,
    width: BASE_PX * scale,
    height: BASE_PX * scale,
    frame_count: FRAMES,
    format: type.toUpperCase(),
  });
  return {
    id: entry.id,
    name: entry.alias,
    data: {
      id: entry.emote.id,
      flags: 0,
      state: ["LISTED"],
      owner: { display_name: entry.emote.owner.mainConnection.platformDisplayName },
      host: {
        url: `${cdn}/emote/${entry.emote.id}`,
        files: ["webp", "avif", "gif"].flatMap((type) => SCALES.map((scale) => file(scale, type))),
      },
    },
  };
}
