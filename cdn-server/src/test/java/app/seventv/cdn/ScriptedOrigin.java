package app.seventv.cdn;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A bucket on a real socket that misbehaves as it is told. */
final class ScriptedOrigin implements AutoCloseable {
  private static final String BUCKET = "/7tv-public/";

  /** A single piece in {@link BodyDeadline#MAX_STALL} is enough, and each costs all who wait. */
  private static final int PIECE_BYTES = (int) BodyDeadline.MAX_STALL.toSeconds();

  private static final int PIECE_SECONDS = 7;

  private final ServerSocket server;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  private ScriptedOrigin(ServerSocket server) {
    this.server = server;
  }

  /** A request that came. */
  record Call(String key, Map<String, String> headers) {}

  /** Writes the answer to a request; the connection stays open if it returns normally. */
  @FunctionalInterface
  interface Answer {
    void write(Call call, OutputStream out) throws Exception;
  }

  static ScriptedOrigin start() throws IOException {
    ScriptedOrigin origin =
        new ScriptedOrigin(new ServerSocket(0, 4096, InetAddress.getLoopbackAddress()));
    Thread.ofVirtual().start(origin::accept);
    return origin;
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** What the key is answered with from now on. */
  void answer(String key, Answer answer) {
    answers.put(key, answer);
  }

  /** Stores an object whose answer has these further header lines. */
  void put(String key, byte[] body, String... lines) {
    String etag = etag(body);
    answer(
        key,
        (call, out) -> {
          if (etag.equals(call.headers.get("if-none-match"))) {
            head(out, "304 Not Modified", "etag: " + etag);
          } else {
            List<String> all = new ArrayList<>(List.of(lines));
            all.add("etag: " + etag);
            all.add("content-length: " + body.length);
            head(out, "200 OK", all.toArray(String[]::new));
            out.write(body);
          }
        });
  }

  /**
   * An object of which a little comes now and then, so that nobody takes it for a body that stands
   * still ({@link BodyDeadline#MAX_STALL}), and the rest when the latch opens.
   */
  static Answer slowly(byte[] body, CountDownLatch rest) {
    return (call, out) -> {
      head(out, "200 OK", "content-length: " + body.length);
      int sent = 0;
      do {
        int piece = Math.min(PIECE_BYTES, body.length - 1 - sent);
        out.write(body, sent, piece);
        out.flush();
        sent += piece;
      } while (!rest.await(PIECE_SECONDS, TimeUnit.SECONDS));
      out.write(body, sent, body.length - sent);
    };
  }

  /** The bucket has no such object any more. */
  void remove(String key) {
    answer(key, error("404 Not Found", "NoSuchKey"));
  }

  static String etag(byte[] body) {
    try {
      byte[] md5 = MessageDigest.getInstance("MD5").digest(body);
      return '"' + HexFormat.of().formatHex(md5) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static void head(OutputStream out, String status, String... lines) throws IOException {
    String head = "HTTP/1.1 " + status + "\r\n" + String.join("\r\n", lines);
    out.write((head + (lines.length == 0 ? "" : "\r\n") + "\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** An error as S3 words it. */
  static Answer error(String status, String code) {
    String xml = "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code></Error>";
    return (call, out) -> {
      head(out, status, "content-type: application/xml", "content-length: " + xml.length());
      out.write(xml.getBytes(StandardCharsets.UTF_8));
    };
  }

  /** Requests for a key so far. */
  List<Call> calls(String key) {
    return calls.stream().filter(call -> call.key.equals(key)).toList();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      while (true) {
        Call call = read(in);
        if (call == null) {
          return;
        }
        calls.add(call);
        answers.getOrDefault(call.key, error("404 Not Found", "NoSuchKey")).write(call, out);
        out.flush();
      }
    } catch (Exception e) {
      // The connection ends; so it does for an answer that ends by throwing.
    } finally {
      open.remove(socket);
    }
  }

  private static @Nullable Call read(InputStream in) throws IOException {
    String line = line(in);
    if (line.isEmpty()) {
      return null;
    }
    String target = line.split(" ", -1)[1];
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    Map<String, String> headers = new HashMap<>();
    for (String field = line(in); !field.isEmpty(); field = line(in)) {
      int colon = field.indexOf(':');
      headers.put(
          field.substring(0, colon).toLowerCase(Locale.ROOT), field.substring(colon + 1).strip());
    }
    return new Call(path.substring(BUCKET.length()), headers);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
