// Websockets over HTTP/2 streams (RFC 8441): Node's HTTP/2 client, with the frames of `ws`.
// Prints "ok NAME" or "not ok NAME: reason" per case.
//   node http2.mjs ORIGIN      e.g. https://127.0.0.1:4443
import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { PerMessageDeflate, Receiver, Sender } from 'ws';

const origin = process.argv[2];
const LIMIT_MS = 20_000;

const connection = http2.connect(origin, { rejectUnauthorized: false });
await new Promise((resolve, reject) => {
  connection.once('remoteSettings', resolve);
  connection.once('error', reject);
});

function connect(path, headers = {}) {
  return connection.request({
    ':method': 'CONNECT', ':protocol': 'websocket', ':path': path, 'sec-websocket-version': '13', ...headers,
  }, { endStream: false });
}

const response = (stream) => new Promise((resolve, reject) => {
  stream.once('response', resolve);
  stream.once('error', reject);
});

/** Opens a websocket; replies come as events of the receiver, the end of the stream as `ended`. */
async function open(path, { deflate, headers } = {}) {
  const stream = connect(path, { ...headers, ...(deflate && { 'sec-websocket-extensions': 'permessage-deflate' }) });
  const head = await response(stream);
  assert.equal(head[':status'], 200);
  const extensions = {};
  if (deflate) {
    assert.match(head['sec-websocket-extensions'], /^permessage-deflate; server_no/);
    const codec = new PerMessageDeflate({ threshold: 0, isServer: false });
    codec.accept([{ server_no_context_takeover: [true], client_no_context_takeover: [true] }]);
    extensions['permessage-deflate'] = codec;
  }
  const receiver = new Receiver({ extensions, isServer: false, maxPayload: 64 << 20 });
  stream.pipe(receiver);
  const sender = new Sender(stream, extensions);
  return {
    stream, head, receiver, sender,
    ended: new Promise((resolve) => stream.once('end', resolve)),
    send: (data, binary) => sender.send(data, { binary, mask: true, compress: !!deflate, fin: true }),
    message: () => new Promise((resolve) => receiver.once('message', (data, isBinary) => resolve({ data, isBinary }))),
    concluded: new Promise((resolve) => receiver.once('conclude', (code, reason) => resolve({ code, reason: String(reason) }))),
  };
}

async function echo(client, message, binary = false) {
  const reply = client.message();
  client.send(Buffer.from(message), binary);
  const { data, isBinary } = await reply;
  assert.equal(isBinary, binary);
  assert.ok(Buffer.from(message).equals(data), `echo of ${message.length} differs`);
}

async function finish(client) {
  client.sender.close(4000, 'bye', true);
  assert.equal((await client.concluded).code, 4000);
  await client.ended;
  client.stream.end();
}

const cases = {
  async 'the server offers extended CONNECT'() {
    assert.equal(connection.remoteSettings.enableConnectProtocol, true);
  },

  async 'messages of every size are echoed, the closing handshake ends the stream'() {
    const client = await open('/plain');
    for (const length of [0, 1, 125, 126, 65535]) {
      await echo(client, 'x'.repeat(length));
      await echo(client, 'é'.repeat(length >> 1), true);
    }
    await finish(client);
  },

  async 'compressed messages are echoed'() {
    const client = await open('/deflate', { deflate: true });
    for (const length of [1, 1000, 100_000, 4 << 20]) await echo(client, 'emote '.repeat(length / 6 + 1));
    await finish(client);
  },

  async 'big messages pass the flow control'() {
    const client = await open('/deflate');
    await echo(client, Buffer.alloc(8 << 20, 7), true);
    await finish(client);
  },

  async 'many websockets and requests share the connection'() {
    const clients = await Promise.all(Array.from({ length: 20 }, () => open('/plain')));
    await Promise.all(clients.map((client, i) => echo(client, `client ${i}`)));
    const get = connection.request({ ':path': '/page' });
    assert.equal((await response(get))[':status'], 200);
    get.close();
    await Promise.all(clients.map(finish));
  },

  async 'subprotocol'() {
    const client = await open('/deflate', { headers: { 'sec-websocket-protocol': 'x, echo' } });
    assert.equal(client.head['sec-websocket-protocol'], 'echo');
    await finish(client);
  },

  async 'a protocol error ends the stream after a close frame, not the connection'() {
    const client = await open('/plain');
    client.stream.write(Buffer.from([0x83, 0x80, 0, 0, 0, 0]));
    assert.equal((await client.concluded).code, 1002);
    await client.ended;
    await finish(await open('/plain'));
  },

  async 'other versions, protocols and origins are refused'() {
    const old = await response(connect('/plain', { 'sec-websocket-version': '8' }));
    assert.equal(old[':status'], 426);
    assert.equal(old['sec-websocket-version'], '13');
    assert.equal((await response(connect('/plain', { ':protocol': 'telepathy' })))[':status'] >= 400, true);
    assert.equal((await response(connect('/plain', { origin: 'https://evil.example' })))[':status'], 403);
  },
};

let failed = 0;
for (const [name, run] of Object.entries(cases)) {
  let timer;
  try {
    await Promise.race([
      run(),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error('took too long')), LIMIT_MS);
      }),
    ]);
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}: ${error.message.split('\n')[0]}`);
  } finally {
    clearTimeout(timer);
  }
}
process.exit(failed === 0 ? 0 : 1);
