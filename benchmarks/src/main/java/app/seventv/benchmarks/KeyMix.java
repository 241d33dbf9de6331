package app.seventv.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Images of one size, asked for as popular things are: the n-th most popular one in proportion to
 * 1/n (Zipf).
 */
enum KeyMix {
  /** Small emotes. */
  SMALL("2k", "1x.webp", 2_000, 1_000),
  /** The usual emote. */
  MEDIUM("20k", "2x.webp", 20_000, 500),
  /** Large animated ones. */
  LARGE("200k", "4x.webp", 200_000, 100);

  /** Requests after which a list begins again. */
  private static final int REQUESTS = 20_000;

  private final String label;
  private final String file;
  private final int bytes;
  private final int keys;

  KeyMix(String label, String file, int bytes, int keys) {
    this.label = label;
    this.file = file;
    this.bytes = bytes;
    this.keys = keys;
  }

  String label() {
    return label;
  }

  int bytes() {
    return bytes;
  }

  int keys() {
    return keys;
  }

  /** Path of a key, beginning with a slash. */
  String path(int number) {
    return "/emote/01F6MZGCNG0002%012d/%s".formatted(number, file);
  }

  /** The bytes of whatever a path names, by its file name; the same for everybody. */
  static byte[] body(String path) {
    for (KeyMix mix : values()) {
      if (path.endsWith(mix.file)) {
        byte[] body = new byte[mix.bytes];
        new Random(mix.bytes).nextBytes(body);
        return body;
      }
    }
    throw new IllegalArgumentException(path);
  }

  /** Writes every object as a file below the folder, for servers of files. */
  void writeFiles(Path folder) throws IOException {
    byte[] body = body(file);
    for (int i = 0; i < keys; i++) {
      Path target = folder.resolve(path(i).substring(1));
      Files.createDirectories(target.getParent());
      Files.write(target, body);
    }
  }

  /** A list of paths in the order of their popularity, one a line. */
  Path writePaths(Path folder) throws IOException {
    return Files.write(folder.resolve("paths-" + label), popular());
  }

  /** The same as addresses, for h2load. */
  Path writeAddresses(Path folder) throws IOException {
    return Files.write(folder.resolve("addresses-" + label), addresses(popular()));
  }

  /** Every key once, as addresses. */
  Path writeAll(Path folder, int from, int count) throws IOException {
    List<String> paths = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      paths.add(path(i));
    }
    return Files.write(folder.resolve("all-" + label + "-" + from), addresses(paths));
  }

  private static List<String> addresses(List<String> paths) {
    return paths.stream().map(path -> "http://localhost" + path).toList();
  }

  private List<String> popular() {
    double[] cumulated = new double[keys];
    double sum = 0;
    for (int i = 0; i < keys; i++) {
      sum += 1.0 / (i + 1);
      cumulated[i] = sum;
    }
    Random random = new Random(7);
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      int at = java.util.Arrays.binarySearch(cumulated, random.nextDouble() * sum);
      paths.add(path(at < 0 ? -at - 1 : at));
    }
    return paths;
  }

  /** A script for wrk that sends the requests of a list of paths. */
  static Path wrkScript(Path folder) throws IOException {
    return Files.writeString(
        folder.resolve("paths.lua"),
        """
        local requests = {}
        local at = 0
        function init(args)
          for line in io.lines(args[1]) do
            requests[#requests + 1] = wrk.format("GET", line)
          end
        end
        function request()
          at = at % #requests + 1
          return requests[at]
        end
        """);
  }
}
