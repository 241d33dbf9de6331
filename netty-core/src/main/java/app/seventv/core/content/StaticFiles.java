package app.seventv.core.content;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.FileBody;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Serves a directory: conditions, ranges, {@code HEAD}, precompressed copies ({@code .br}, {@code
 * .zst}, {@code .gz}) that stand beside their originals, index files.
 *
 * <p>Loops touch no file system: what is not in memory is looked up by the executor. Small files
 * are kept in memory, large ones are sent from disk. No path leads out of the directory: see {@link
 * RequestPath} and {@link Builder#links}.
 */
public final class StaticFiles implements Handler {
  private final FileLookup lookup;
  private final FileCache cache;
  private final Executor executor;
  private final Handler notFound;
  private final String prefix;
  private final long recheckNs;

  private StaticFiles(Builder from, FileLookup lookup) {
    this.lookup = lookup;
    this.cache = new FileCache(from.maxMemoryBytes);
    this.executor = from.executor;
    this.notFound = from.notFound;
    this.prefix = from.prefix;
    this.recheckNs = from.recheck.toNanos();
  }

  /** Which symbolic links are followed. */
  public enum Links {
    /** None: a link is as good as no file. */
    NONE,
    /** Those that end within the directory. */
    WITHIN
  }

  /**
   * Files of a directory.
   *
   * @param executor runs blocking file operations, e.g. virtual threads
   */
  public static Builder builder(Path directory, Executor executor) {
    return new Builder(directory, executor);
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    Request request = exchange.request();
    String method = request.method();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      throw new HttpError(405, "files can only be read").with("allow", "GET, HEAD");
    }
    if (!request.path().startsWith(prefix)) {
      notFound.handle(exchange);
      return;
    }
    String path = RequestPath.decode(request.path().substring(prefix.length() - 1));
    StaticFile known = cache.get(path);
    if (known != null && known.isFresh(System.nanoTime(), recheckNs)) {
      send(exchange, path, known);
    } else {
      offLoop(exchange, () -> load(exchange, path));
    }
  }

  /** Blocks. */
  private void load(Exchange exchange, String path) throws Exception {
    switch (lookup.find(path)) {
      case FileLookup.Found found -> {
        cache.put(path, found.file());
        send(exchange, path, found.file());
      }
      case FileLookup.Directory directory -> {
        String query = exchange.request().rawQuery();
        exchange.respond(
            Response.of(308)
                .header(
                    "location",
                    exchange.request().path() + '/' + (query.isEmpty() ? "" : '?' + query)));
      }
      case FileLookup.Missing missing -> {
        cache.remove(path);
        exchange
            .executor()
            .execute(() -> {
              try {
                notFound.handle(exchange); // handlers expect the loop
              } catch (Throwable e) {
                exchange.fail(e);
              }
            });
      }
    }
  }

  private void send(Exchange exchange, String path, StaticFile file) {
    StaticFile.Variant variant = file.choose(exchange.request().headers());
    HttpHeaders headers = Response.newHeaders();
    file.describe(headers);
    byte[] bytes = variant.bytes();
    if (bytes != null) {
      ConditionalResponse.answer(
          exchange, variant.representation(), headers, Unpooled.wrappedBuffer(bytes));
    } else {
      offLoop(exchange, () -> sendFromDisk(exchange, path, variant, headers));
    }
  }

  /** Blocks. */
  private void sendFromDisk(
      Exchange exchange, String path, StaticFile.Variant variant, HttpHeaders headers)
      throws IOException {
    FileBody file;
    try {
      file = FileBody.open(variant.path(), LinkOption.NOFOLLOW_LINKS);
    } catch (IOException gone) {
      cache.remove(path);
      throw new HttpError(404, "no such file", gone);
    }
    if (file.length() != variant.representation().length()) {
      file.release();
      cache.remove(path);
      throw new HttpError(503, "the file is being replaced").with("retry-after", "1");
    }
    ConditionalResponse.answer(exchange, variant.representation(), headers, file, executor);
  }

  /** Something that may block or fail. */
  @FunctionalInterface
  private interface Task {
    void run() throws Exception;
  }

  private void offLoop(Exchange exchange, Task task) {
    if (!exchange.executor().inEventLoop()) {
      run(exchange, task);
      return;
    }
    try {
      executor.execute(() -> run(exchange, task));
    } catch (RejectedExecutionException e) {
      exchange.fail(new HttpError(503, "the server is shutting down or overloaded", e));
    }
  }

  private static void run(Exchange exchange, Task task) {
    try {
      task.run();
    } catch (Throwable e) {
      exchange.fail(e);
    }
  }

  /** Changes the rules. */
  public static final class Builder {
    /** A dash or dot, and eight or more characters as bundlers put into names, before the end. */
    private static final Pattern HASHED = Pattern.compile(".*[-.][A-Za-z0-9_-]{8,}\\.[a-z0-9]+");

    private static final Duration YEAR = Duration.ofDays(365);

    private final Path directory;
    private final Executor executor;
    private String prefix = "/";
    private String index = "index.html";
    private Links links = Links.WITHIN;
    private long maxMemoryBytes = 32 << 20;
    private int maxFileInMemoryBytes = 128 << 10;
    private Duration recheck = Duration.ofSeconds(1);
    private Function<String, CacheControl> caching =
        path -> isHashed(path) ? CacheControl.immutable(YEAR) : CacheControl.noCache();
    private Handler notFound = exchange -> exchange.fail(new HttpError(404, "no such file"));

    private Builder(Path directory, Executor executor) {
      this.directory = directory;
      this.executor = executor;
    }

    /** Whether a name carries a hash of its content, so that it never changes. */
    public static boolean isHashed(String path) {
      return HASHED.matcher(path.substring(path.lastIndexOf('/') + 1)).matches()
          && path.substring(path.lastIndexOf('/') + 1).chars().anyMatch(Character::isDigit);
    }

    /** Path under which the directory is served; begins and ends with a slash. */
    public Builder prefix(String path) {
      if (!path.startsWith("/") || !path.endsWith("/")) {
        throw new IllegalArgumentException("prefix must begin and end with '/': " + path);
      }
      this.prefix = path;
      return this;
    }

    /** Name of the file that stands for its directory. */
    public Builder index(String name) {
      this.index = name;
      return this;
    }

    /** Which symbolic links are followed. */
    public Builder links(Links policy) {
      this.links = policy;
      return this;
    }

    /** Bound of what is kept in memory. */
    public Builder maxMemoryBytes(long bytes) {
      this.maxMemoryBytes = bytes;
      return this;
    }

    /** Larger files are sent from disk. */
    public Builder maxFileInMemoryBytes(int bytes) {
      this.maxFileInMemoryBytes = bytes;
      return this;
    }

    /** How long a file in memory is used before the disk is asked again. */
    public Builder recheck(Duration after) {
      this.recheck = after;
      return this;
    }

    /** {@code Cache-Control} by decoded path. */
    public Builder caching(Function<String, CacheControl> rule) {
      this.caching = rule;
      return this;
    }

    /** What answers where no file is; by default a 404 through the error mapper. */
    public Builder notFound(Handler handler) {
      this.notFound = handler;
      return this;
    }

    /**
     * The handler.
     *
     * @throws IOException if the directory is not there
     */
    public StaticFiles build() throws IOException {
      return new StaticFiles(
          this,
          new FileLookup(directory.toRealPath(), index, links, maxFileInMemoryBytes, caching));
    }
  }
}
