// permessage-deflate (RFC 7692) against the client `ws`. Prints "ok NAME" or "not ok NAME: reason" per case.
//   node deflate.mjs BASE_URL      e.g. wss://127.0.0.1:4443 with /deflate, /small and /plain
import assert from 'node:assert/strict';
import WebSocket from 'ws';

const base = process.argv[2];
const LIMIT_MS = 20_000;

/** Opens a connection; `extensions` are the options of ws' permessage-deflate, or false. */
function open(path, extensions = {}, more = {}) {
  const socket = new WebSocket(base + path, more.protocols ?? [], {
    perMessageDeflate: extensions && { threshold: 0, ...extensions },
    rejectUnauthorized: false,
    maxPayload: 64 << 20,
    ...more.options,
  });
  const replies = [];
  const waiting = [];
  socket.on('message', (data, isBinary) => {
    const reply = { data, isBinary };
    const next = waiting.shift();
    if (next) next(reply);
    else replies.push(reply);
  });
  const closed = new Promise((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  socket.on('error', () => {});
  return {
    socket,
    closed,
    ready: new Promise((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', reject);
    }),
    reply: () => (replies.length ? Promise.resolve(replies.shift()) : new Promise((r) => waiting.push(r))),
  };
}

async function echo(client, message, options = {}) {
  client.socket.send(message, options);
  const { data, isBinary } = await client.reply();
  assert.equal(isBinary, typeof message !== 'string');
  assert.ok(Buffer.from(message).equals(data), `echo of ${message.length} differs`);
}

async function finish(client, code = 1000) {
  client.socket.close(code);
  assert.equal((await client.closed).code, code);
}

/** Bytes that deflate can do something about, different in every place. */
function prose(length) {
  let text = '';
  for (let i = 0; text.length < length; i++) text += `emote ${i} größer `;
  return text.slice(0, length);
}

/** The client's own frames, for what `ws` would never send. */
function rawFrame(client, first, payload) {
  const header = payload.length < 126
    ? Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0])
    : Buffer.from([first, 0x80 | 126, payload.length >> 8, payload.length & 255, 0, 0, 0, 0]);
  client.socket._socket.write(Buffer.concat([header, payload]));
}

const cases = {
  async 'compressed text and binary are echoed'() {
    const client = open('/deflate');
    await client.ready;
    assert.match(client.socket.extensions, /permessage-deflate/);
    for (const length of [0, 1, 5, 125, 126, 1000, 65535, 65536, 200_000]) {
      await echo(client, prose(length));
      await echo(client, Buffer.from(prose(length)));
    }
    await finish(client, 4000);
  },

  async 'a message repeated comes back every time (no context is kept)'() {
    const client = open('/deflate');
    await client.ready;
    for (let i = 0; i < 50; i++) await echo(client, prose(3000));
    await finish(client);
  },

  async 'compressed messages in many fragments'() {
    const client = open('/deflate');
    await client.ready;
    const text = prose(50_000);
    for (let at = 0; at < text.length; at += 5000) {
      client.socket.send(text.slice(at, at + 5000), { fin: at + 5000 >= text.length, compress: true });
      client.socket.ping('between');
    }
    const { data, isBinary } = await client.reply();
    assert.equal(isBinary, false);
    assert.equal(data.toString(), text);
    await finish(client);
  },

  async 'big messages'() {
    const client = open('/deflate');
    await client.ready;
    await echo(client, prose(8 << 20));
    const noise = Buffer.alloc(4 << 20);
    for (let i = 0, x = 1; i < noise.length; i++) noise[i] = x = (x * 1103515245 + 12345) >>> 16;
    await echo(client, noise);
    await finish(client);
  },

  async 'many messages at once keep their order'() {
    const client = open('/deflate');
    await client.ready;
    for (let i = 0; i < 500; i++) client.socket.send(`${i} ${prose(i)}`);
    for (let i = 0; i < 500; i++) assert.equal((await client.reply()).data.toString(), `${i} ${prose(i)}`);
    await finish(client);
  },

  async 'plain messages in between'() {
    const client = open('/deflate');
    await client.ready;
    for (const compress of [true, false, true, false]) await echo(client, prose(2000), { compress });
    await finish(client);
  },

  async 'no_context_takeover of both sides is agreed on, asked for or not'() {
    for (const offer of [{}, { serverNoContextTakeover: true }, { clientNoContextTakeover: true },
      { serverNoContextTakeover: true, clientNoContextTakeover: true }]) {
      const client = open('/deflate', offer);
      await client.ready;
      const { params } = client.socket._extensions['permessage-deflate'];
      assert.equal(params.server_no_context_takeover, true);
      assert.equal(params.client_no_context_takeover, true);
      await echo(client, prose(5000));
      await echo(client, prose(5000));
      await finish(client);
    }
  },

  async 'client_max_window_bits: every window of the client is understood'() {
    for (const bits of [true, 15, 12, 9]) {
      const client = open('/deflate', { clientMaxWindowBits: bits });
      await client.ready;
      assert.ok(client.socket._extensions['permessage-deflate'], `offer with ${bits} bits`);
      await echo(client, prose(100_000));
      await finish(client);
    }
  },

  async 'server_max_window_bits: 15 is honoured, less declines the offer'() {
    const full = open('/deflate', { serverMaxWindowBits: 15 });
    await full.ready;
    assert.equal(full.socket._extensions['permessage-deflate'].params.server_max_window_bits, 15);
    await echo(full, prose(100_000));
    await finish(full);
    const small = open('/deflate', { serverMaxWindowBits: 10 });
    await small.ready;
    assert.equal(small.socket.extensions, '');
    await echo(small, prose(10_000));
    await finish(small);
  },

  async 'a bomb is refused with 1009'() {
    const client = open('/small', { zlibDeflateOptions: { level: 9 } });
    await client.ready;
    client.socket.send(Buffer.alloc(32 << 20));
    assert.equal((await client.closed).code, 1009);
  },

  async 'a long message that is under the limit when compressed only is refused with 1009'() {
    const client = open('/small');
    await client.ready;
    await echo(client, 'a'.repeat(64 << 10));
    client.socket.send('a'.repeat((64 << 10) + 1));
    assert.equal((await client.closed).code, 1009);
  },

  async 'malformed data is refused with 1007, wrong reserved bits with 1002'() {
    for (const [first, payload, code] of [
      [0xc1, Buffer.from([0xff, 0xff, 0xff]), 1007],
      [0xc2, Buffer.from('f248cdc9', 'hex'), 1007],
      [0xc9, Buffer.alloc(0), 1002],
      [0xc0, Buffer.alloc(1), 1002],
      [0xa1, Buffer.alloc(1), 1002],
    ]) {
      const client = open('/deflate');
      await client.ready;
      rawFrame(client, first, payload);
      assert.equal((await client.closed).code, code, `frame ${first.toString(16)}`);
    }
  },

  async 'compression off: the offer is not taken, and a compressed frame is refused'() {
    const client = open('/plain');
    await client.ready;
    assert.equal(client.socket.extensions, '');
    await echo(client, prose(10_000));
    rawFrame(client, 0xc1, Buffer.from([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 7, 0]));
    assert.equal((await client.closed).code, 1002);
  },

  async 'a client without compression'() {
    const client = open('/deflate', false);
    await client.ready;
    assert.equal(client.socket.extensions, '');
    await echo(client, prose(10_000));
    await finish(client);
  },

  async 'a subprotocol is negotiated'() {
    const client = open('/deflate', {}, { protocols: ['unknown', 'echo'] });
    await client.ready;
    assert.equal(client.socket.protocol, 'echo');
    await finish(client);
  },

  async 'a foreign origin is refused with 403'() {
    const client = open('/plain', {}, { options: { origin: 'https://evil.example' } });
    await assert.rejects(client.ready, /403/);
    const own = open('/plain', {}, { options: { origin: 'https://good.example' } });
    await own.ready;
    await finish(own);
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
