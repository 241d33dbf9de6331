package app.seventv.core.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the files of {@link TlsOptions} held at one moment, checked. */
final class TlsMaterial {
  /** A chain, its key, and the host names it is for (RFC 6125: subject alternative names only). */
  record Identity(List<X509Certificate> chain, PrivateKey key, List<String> hostNames) {
    Instant expiresAt() {
      return chain.getFirst().getNotAfter().toInstant();
    }
  }

  /** Type of a DNS name among the subject alternative names (RFC 5280 §4.2.1.6). */
  private static final int DNS_NAME = 2;

  private final List<Identity> identities;
  private final List<X509Certificate> clientAuthorities;
  private final byte[] digest;
  private final byte[] clientAuthDigest;

  private TlsMaterial(
      List<Identity> identities,
      List<X509Certificate> clientAuthorities,
      byte[] digest,
      byte[] clientAuthDigest) {
    this.identities = identities;
    this.clientAuthorities = clientAuthorities;
    this.digest = digest;
    this.clientAuthDigest = clientAuthDigest;
  }

  /**
   * Reads and checks the files, unless they are still what {@code known} was made of.
   *
   * @throws IOException if a file is missing, damaged or does not fit its partner
   */
  static TlsMaterial read(TlsOptions options, @Nullable TlsMaterial known) throws IOException {
    MessageDigest sum = sha256();
    List<byte[]> contents = new ArrayList<>();
    for (TlsFiles files : options.certificates()) {
      contents.add(content(files.certificate(), sum));
      contents.add(content(files.key(), sum));
    }
    MessageDigest clientAuthSum = sha256();
    clientAuthSum.update(options.clientAuth().name().getBytes(StandardCharsets.US_ASCII));
    byte[] authorities = null;
    Path authoritiesFile = options.clientCa().orElse(null);
    if (authoritiesFile != null && options.clientAuth() != ClientAuthMode.OFF) {
      authorities = content(authoritiesFile, sum);
      clientAuthSum.update(authorities);
    }
    byte[] digest = sum.digest();
    if (known != null && Arrays.equals(known.digest, digest)) {
      return known;
    }
    List<Identity> identities = new ArrayList<>();
    for (int i = 0; i < options.certificates().size(); i++) {
      identities.add(
          identity(options.certificates().get(i), contents.get(2 * i), contents.get(2 * i + 1)));
    }
    List<X509Certificate> accepted =
        authoritiesFile == null || authorities == null
            ? List.of()
            : Pem.certificates(authoritiesFile, authorities);
    return new TlsMaterial(List.copyOf(identities), accepted, digest, clientAuthSum.digest());
  }

  private static byte[] content(Path file, MessageDigest sum) throws IOException {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("TLS file is missing: " + file, e);
    } catch (IOException e) { // "Is a directory"
      throw new IOException("TLS file cannot be read: " + file + ": " + e.getMessage(), e);
    }
    sum.update(Integer.toString(content.length).getBytes(StandardCharsets.UTF_8));
    sum.update((byte) '\n');
    sum.update(content);
    return content;
  }

  private static Identity identity(TlsFiles files, byte[] certificate, byte[] key)
      throws IOException {
    List<X509Certificate> chain = Pem.certificates(files.certificate(), certificate);
    PrivateKey privateKey = Pem.privateKey(files.key(), key);
    if (!Pem.belongTogether(chain.getFirst(), privateKey)) {
      throw new IOException(
          "certificate and key do not belong together: "
              + files.certificate()
              + ", "
              + files.key());
    }
    return new Identity(chain, privateKey, hostNames(files, chain.getFirst()));
  }

  private static List<String> hostNames(TlsFiles files, X509Certificate certificate)
      throws IOException {
    Collection<List<?>> names;
    try {
      names = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      throw new IOException("no valid host names in " + files.certificate(), e);
    }
    List<String> hosts = new ArrayList<>();
    if (names != null) {
      for (List<?> name : names) {
        if (name.get(0) instanceof Integer type && type == DNS_NAME) {
          hosts.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
        }
      }
    }
    return List.copyOf(hosts);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The certificates, the default one first. */
  List<Identity> identities() {
    return identities;
  }

  /** Authorities of client certificates; empty if none are asked for. */
  List<X509Certificate> clientAuthorities() {
    return clientAuthorities;
  }

  /** Stands for what is asked of clients: equal only for the same mode and authorities. */
  byte[] clientAuthDigest() {
    return clientAuthDigest;
  }

  /** When the first of the certificates expires. */
  Instant expiresAt() {
    return identities.stream().map(Identity::expiresAt).min(Instant::compareTo).orElse(Instant.MAX);
  }
}
