package app.seventv.core.content;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One resource in each coding in which it is there beforehand; the request chooses (RFC 9110
 * §12.5.3). Immutable.
 *
 * @param <T> what there is per coding
 */
public final class CodedVariants<T> {
  /** Codings of copies beside a file, the one that is smallest as a rule first. */
  public static final List<ContentCoding> PRECOMPRESSED =
      List.of(ContentCoding.BR, ContentCoding.ZSTD, ContentCoding.GZIP);

  private final Map<ContentCoding, T> variants;
  private final List<ContentCoding> offered;

  /**
   * @param variants by coding, the identity among them
   */
  public CodedVariants(Map<ContentCoding, T> variants) {
    this.variants = new EnumMap<>(variants);
    this.offered = PRECOMPRESSED.stream().filter(variants::containsKey).toList();
  }

  /** The one that the client likes best. */
  public T choose(HttpHeaders request) {
    return get(offered.isEmpty() ? ContentCoding.IDENTITY : Negotiation.coding(request, offered));
  }

  /** The one in a coding that is there. */
  public T get(ContentCoding coding) {
    return Objects.requireNonNull(variants.get(coding), () -> "not offered: " + coding);
  }

  /** Says in a response that the request had a choice, if it had. */
  public void vary(HttpHeaders response) {
    if (!offered.isEmpty()) {
      response.set(HttpHeaderNames.VARY, "accept-encoding");
    }
  }

  Collection<T> all() {
    return Collections.unmodifiableCollection(variants.values());
  }
}
