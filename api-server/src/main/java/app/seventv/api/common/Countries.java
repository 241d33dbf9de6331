package app.seventv.api.common;

import com.maxmind.db.CHMCache;
import com.maxmind.db.Reader;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Countries of addresses, by a MaxMind database if there is one (api-v4.md §19). */
public final class Countries implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Countries.class);
  private static final Pattern CODE = Pattern.compile("[A-Z]{2}");

  /** What Cloudflare says when it does not know. */
  private static final String UNKNOWN = "XX";

  private final @Nullable Reader database;

  private Countries(@Nullable Reader database) {
    this.database = database;
  }

  /**
   * Opens the database.
   *
   * @param file a country or city database; none knows no address
   * @throws IOException if it cannot be read
   */
  public static Countries open(Optional<Path> file) throws IOException {
    return new Countries(file.isEmpty() ? null : new Reader(file.get().toFile(), new CHMCache()));
  }

  /** The ISO 3166 alpha-2 code of an address's country, or null. */
  public @Nullable String of(InetAddress address) {
    if (database == null) {
      return null;
    }
    try {
      Map<?, ?> found = database.get(address, Map.class);
      Object country = found == null ? null : found.get("country");
      Object code = country instanceof Map<?, ?> map ? map.get("iso_code") : null;
      return code instanceof String text ? valid(text) : null;
    } catch (IOException e) {
      LOG.warn("could not look a country up", e);
      return null;
    }
  }

  /** A code as a proxy gives it, or null if it names no country. */
  public static @Nullable String valid(@Nullable String text) {
    String code = text == null ? "" : text.strip().toUpperCase(Locale.ROOT);
    return CODE.matcher(code).matches() && !code.equals(UNKNOWN) ? code : null;
  }

  @Override
  public void close() {
    try {
      if (database != null) {
        database.close();
      }
    } catch (IOException e) {
      LOG.warn("could not close the database of countries", e);
    }
  }
}
