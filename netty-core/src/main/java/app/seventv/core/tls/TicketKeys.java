package app.seventv.core.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Where the secrets of session tickets (RFC 5077, RFC 8446 §4.6.1) come from. A server that has the
 * secrets resumes sessions without having stored anything: the newest one encrypts, all decrypt.
 */
interface TicketKeys {
  /** Bytes of one secret. */
  int SECRET_BYTES = 80;

  /** Secrets in use at once. */
  int MAX_SECRETS = 16;

  /**
   * The secrets now, the newest first.
   *
   * @throws IOException if they cannot be read; those of before stay in use
   */
  List<byte[]> read() throws IOException;

  /**
   * Secrets from disk: a file holds one or several one after the other, newest first; in a folder
   * the file whose name sorts last is the newest. Files whose name starts with a dot are passed
   * over, so that a new key can be written beside and moved in.
   */
  static TicketKeys on(Path fileOrFolder) {
    return () -> {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (Path file : files(fileOrFolder)) {
        byte[] content = Files.readAllBytes(file);
        if (content.length == 0 || content.length % SECRET_BYTES != 0) {
          throw new IOException(
              "ticket keys are no multiple of " + SECRET_BYTES + " bytes: " + file);
        }
        all.writeBytes(content);
      }
      byte[] content = all.toByteArray();
      int count = content.length / SECRET_BYTES;
      if (count == 0 || count > MAX_SECRETS) {
        throw new IOException(
            "ticket keys: " + count + " of 1 to " + MAX_SECRETS + " in " + fileOrFolder);
      }
      List<byte[]> secrets = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        secrets.add(Arrays.copyOfRange(content, i * SECRET_BYTES, (i + 1) * SECRET_BYTES));
      }
      return secrets;
    };
  }

  private static List<Path> files(Path fileOrFolder) throws IOException {
    if (!Files.isDirectory(fileOrFolder)) {
      return List.of(fileOrFolder);
    }
    try (Stream<Path> entries = Files.list(fileOrFolder)) {
      return entries
          .filter(file -> Files.isRegularFile(file) && !name(file).startsWith("."))
          .sorted(Comparator.comparing(TicketKeys::name).reversed())
          .toList();
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /**
   * Secrets of this process only, replaced from time to time: who steals one reads no more than the
   * sessions of {@link Rotating#KEPT}.
   *
   * @param clockMs any clock that does not jump
   */
  static TicketKeys random(SecureRandom random, LongSupplier clockMs) {
    return new Rotating(random, clockMs);
  }

  /** See {@link TicketKeys#random}. */
  final class Rotating implements TicketKeys {
    /** Age at which a secret stops encrypting. */
    static final Duration ENCRYPTS = Duration.ofHours(12);

    /** Age at which it stops decrypting: also the longest life of a ticket. */
    static final Duration KEPT = Duration.ofHours(24);

    private record Aged(long bornMs, Secret secret) {}

    /** Keeps the array out of the record. */
    private static final class Secret {
      private final byte[] bytes = new byte[SECRET_BYTES];

      Secret(SecureRandom random) {
        random.nextBytes(bytes);
      }
    }

    private final SecureRandom random;
    private final LongSupplier clockMs;
    private final Deque<Aged> secrets = new ArrayDeque<>();

    private Rotating(SecureRandom random, LongSupplier clockMs) {
      this.random = random;
      this.clockMs = clockMs;
    }

    @Override
    public synchronized List<byte[]> read() {
      long nowMs = clockMs.getAsLong();
      secrets.removeIf(aged -> nowMs - aged.bornMs() >= KEPT.toMillis());
      if (secrets.isEmpty() || nowMs - secrets.getFirst().bornMs() >= ENCRYPTS.toMillis()) {
        secrets.addFirst(new Aged(nowMs, new Secret(random)));
      }
      return secrets.stream().map(aged -> aged.secret().bytes).toList();
    }
  }
}
