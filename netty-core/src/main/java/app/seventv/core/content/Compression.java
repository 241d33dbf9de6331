package app.seventv.core.content;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.ExchangeWrapper;
import app.seventv.core.http.Handler;
import app.seventv.core.http.Response;
import app.seventv.core.http.ResponseStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compresses responses for clients that accept it (RFC 9110 §8.4, §12.5.3).
 *
 * <p>Left alone: bodies below a minimum size, types that do not shrink, codings that the handler
 * chose itself, parts of a representation, and what says {@code no-transform}. The tag of a
 * compressed response is weakened, for compressing again may give other bytes; conditional requests
 * that name the weak tag work unchanged, since {@code If-None-Match} compares weakly. Do not wrap
 * what puts secrets and a caller's input into one body: lengths would leak them (BREACH).
 */
public final class Compression {
  private final List<ContentCoding> codings;
  private final Map<ContentCoding, Integer> levels;
  private final int minBytes;
  private final int maxInlineBytes;
  private final Predicate<String> types;
  private final Executor executor;

  private Compression(Builder from) {
    this.codings = from.codings;
    this.levels = Map.copyOf(from.levels);
    this.minBytes = from.minBytes;
    this.maxInlineBytes = from.maxInlineBytes;
    this.types = from.types;
    this.executor = from.executor;
  }

  /**
   * The defaults, to be changed.
   *
   * @param executor compresses bodies that would keep a loop busy, e.g. virtual threads
   */
  public static Builder builder(Executor executor) {
    return new Builder(executor);
  }

  /** Compresses what the handler answers. */
  public Handler wrap(Handler next) {
    return exchange -> next.handle(new CompressingExchange(exchange));
  }

  /**
   * Whether texts of this kind shrink: text, JSON, XML, scripts, SVG, WebAssembly, bare fonts.
   * Event streams are left out: each would hold a coder's window for as long as it lasts.
   */
  public static boolean isCompressible(String contentType) {
    int semicolon = contentType.indexOf(';');
    String type =
        (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
            .strip()
            .toLowerCase(Locale.ROOT);
    if (type.startsWith("text/")) {
      return !type.equals("text/event-stream");
    }
    return type.endsWith("+json")
        || type.endsWith("+xml")
        || switch (type) {
          case "application/json",
              "application/javascript",
              "application/xml",
              "application/wasm",
              "application/x-ndjson",
              "application/graphql-response+json",
              "font/ttf",
              "font/otf",
              "image/bmp",
              "image/x-icon" ->
              true;
          default -> false;
        };
  }

  /** The coding that a client likes best of those that are offered here (RFC 9110 §12.5.3). */
  public ContentCoding negotiate(HttpHeaders request) {
    return Negotiation.coding(request, codings);
  }

  /** The coding of a whole body that is kept: the wanted one, if it is worth while. */
  public ContentCoding codingFor(ContentCoding wanted, String contentType, int bytes) {
    return bytes >= minBytes && types.test(contentType) ? wanted : ContentCoding.IDENTITY;
  }

  /**
   * Compresses a body that is kept, which the caller still owns; so is the result.
   *
   * @throws IOException if the native coder fails
   */
  public ByteBuf encode(ByteBuf body, ContentCoding coding) throws IOException {
    if (coding == ContentCoding.ZSTD) {
      return ZstdBodies.encode(body, levels.getOrDefault(coding, 1));
    }
    ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(Math.max(256, body.readableBytes() / 3));
    try (ContentEncoder encoder = encoder(coding)) {
      encoder.encode(body, ContentEncoder.Then.FINISH, out);
      return out;
    } catch (Throwable e) {
      out.release();
      throw e;
    }
  }

  ContentEncoder encoder(ContentCoding coding) throws IOException {
    return ContentEncoder.of(coding, levels.getOrDefault(coding, 1));
  }

  private final class CompressingExchange extends ExchangeWrapper {
    CompressingExchange(Exchange inner) {
      super(inner);
    }

    @Override
    public void respond(Response response) {
      HttpHeaders headers = response.headers();
      int size = response.body().readableBytes();
      boolean head = request().method().equals("HEAD");
      ContentCoding coding =
          choose(response.status(), headers, head ? declared(headers, size) : size);
      if (coding == ContentCoding.IDENTITY) {
        inner.respond(response);
        return;
      }
      encoded(headers, coding);
      if (head) {
        // The length is known to nobody who has not compressed (RFC 9110 §9.3.2).
        response.body().release();
        inner.start(response.status(), headers).end();
      } else if (executor().inEventLoop() && size > maxInlineBytes) {
        try {
          executor.execute(() -> compress(response, coding));
        } catch (RejectedExecutionException e) {
          response.body().release();
          inner.fail(e);
        }
      } else {
        compress(response, coding);
      }
    }

    private void compress(Response response, ContentCoding coding) {
      ByteBuf body = response.body();
      try {
        inner.respond(Response.of(response.status(), response.headers(), encode(body, coding)));
      } catch (Throwable e) {
        inner.fail(e);
      } finally {
        body.release();
      }
    }

    @Override
    public ResponseStream start(int status, HttpHeaders headers) {
      ContentCoding coding = choose(status, headers, declared(headers, Long.MAX_VALUE));
      if (coding == ContentCoding.IDENTITY) {
        return inner.start(status, headers);
      }
      if (request().method().equals("HEAD")) {
        encoded(headers, coding);
        return inner.start(status, headers);
      }
      ContentEncoder encoder;
      try {
        encoder = encoder(coding);
      } catch (IOException e) {
        return inner.start(status, headers); // without native memory plain bytes still work
      }
      encoded(headers, coding);
      return new CompressingStream(inner, inner.start(status, headers), encoder);
    }

    private static long declared(HttpHeaders headers, long otherwise) {
      String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
      try {
        return length == null ? otherwise : Long.parseLong(length);
      } catch (NumberFormatException e) {
        return otherwise;
      }
    }

    /** The coding for a response; says in {@code vary} that there was a choice. */
    private ContentCoding choose(int status, HttpHeaders headers, long size) {
      if (status == 304) {
        revalidated(headers);
        return ContentCoding.IDENTITY;
      }
      boolean part = status == 206; // has the fields the 200 would have (RFC 9110 §15.3.7)
      if (!(part
          ? isCompressiblePart(headers)
          : size >= minBytes && isCandidate(status, headers))) {
        return ContentCoding.IDENTITY;
      }
      Vary.add(headers, "accept-encoding");
      if (part) {
        return ContentCoding.IDENTITY;
      }
      return Negotiation.coding(request().headers(), codings);
    }

    private boolean isCandidate(int status, HttpHeaders headers) {
      return status >= 200
          && status != 204
          && !headers.contains(HttpHeaderNames.CONTENT_RANGE)
          && isCompressible(headers);
    }

    private boolean isCompressible(HttpHeaders headers) {
      String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
      return type != null
          && types.test(type)
          && !headers.contains(HttpHeaderNames.CONTENT_ENCODING)
          && !headers.contains("content-digest")
          && !isNoTransform(headers);
    }

    /**
     * Whether the whole would have been compressed. The type of several parts tells nothing, and
     * their size is not the whole's.
     */
    private boolean isCompressiblePart(HttpHeaders headers) {
      String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
      if (type != null && type.startsWith("multipart/byteranges")) {
        return !isNoTransform(headers) && !headers.contains(HttpHeaderNames.CONTENT_ENCODING);
      }
      String range = headers.get(HttpHeaderNames.CONTENT_RANGE, "");
      return isCompressible(headers) && wholeSize(range) >= minBytes;
    }

    /** Number behind the slash of a {@code content-range}; huge if it is not told. */
    private static long wholeSize(String range) {
      try {
        return Long.parseLong(range.substring(range.lastIndexOf('/') + 1).strip());
      } catch (NumberFormatException untold) {
        return Long.MAX_VALUE;
      }
    }

    /**
     * A 304 has the fields that the 200 would have had (RFC 9110 §15.4.5): the weak tag, if that is
     * the one the client holds.
     */
    private void revalidated(HttpHeaders headers) {
      EntityTag tag = EntityTag.parse(headers.get(HttpHeaderNames.ETAG));
      String held = Negotiation.joined(request().headers(), HttpHeaderNames.IF_NONE_MATCH);
      if (tag != null && held != null && !tag.isWeak() && !tag.isIn(held, true)) {
        headers.set(HttpHeaderNames.ETAG, tag.weakened().toString());
      }
      Vary.add(headers, "accept-encoding");
    }

    private static boolean isNoTransform(HttpHeaders headers) {
      String value = Negotiation.joined(headers, HttpHeaderNames.CACHE_CONTROL);
      return value != null && FieldList.contains(value, "no-transform");
    }

    private static void encoded(HttpHeaders headers, ContentCoding coding) {
      headers.set(HttpHeaderNames.CONTENT_ENCODING, coding.token());
      headers.remove(HttpHeaderNames.CONTENT_LENGTH);
      headers.remove(HttpHeaderNames.ACCEPT_RANGES);
      @Nullable EntityTag tag = EntityTag.parse(headers.get(HttpHeaderNames.ETAG));
      if (tag != null) {
        headers.set(HttpHeaderNames.ETAG, tag.weakened().toString());
      }
    }
  }

  /** Changes the rules. */
  public static final class Builder {
    private final Executor executor;
    private final Map<ContentCoding, Integer> levels = new EnumMap<>(ContentCoding.class);
    private List<ContentCoding> codings =
        ContentCoding.available(
            ContentCoding.ZSTD, ContentCoding.BR, ContentCoding.GZIP, ContentCoding.DEFLATE);
    private int minBytes = 1 << 10;
    private int maxInlineBytes = 16 << 10;
    private Predicate<String> types = Compression::isCompressible;

    private Builder(Executor executor) {
      this.executor = executor;
      levels.put(ContentCoding.ZSTD, 3);
      levels.put(ContentCoding.BR, 4);
      levels.put(ContentCoding.GZIP, 6);
      levels.put(ContentCoding.DEFLATE, 6);
    }

    /** Codings in order of preference; those without native library here are left out. */
    public Builder codings(ContentCoding... preferred) {
      this.codings = ContentCoding.available(preferred);
      return this;
    }

    /** Effort: gzip and deflate 1 to 9, brotli 0 to 11, zstd 1 to 22. */
    public Builder level(ContentCoding coding, int level) {
      levels.put(coding, level);
      return this;
    }

    /** Smaller bodies are sent as they are. */
    public Builder minBytes(int bytes) {
      this.minBytes = bytes;
      return this;
    }

    /** Larger bodies that are answered on a loop are compressed by the executor. */
    public Builder maxInlineBytes(int bytes) {
      this.maxInlineBytes = bytes;
      return this;
    }

    /** Media types that are compressed. */
    public Builder types(Predicate<String> contentTypes) {
      this.types = contentTypes;
      return this;
    }

    /** The rules. */
    public Compression build() {
      return new Compression(this);
    }
  }
}
