package app.seventv.core.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Throw-away certificates. */
public final class TestPki {
  private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

  private TestPki() {}

  /** A self-signed certificate for the given names. */
  public static X509Bundle server(long serial, String... hostNames) throws Exception {
    CertificateBuilder builder =
        new CertificateBuilder()
            .algorithm(CertificateBuilder.Algorithm.ecp256)
            .serial(BigInteger.valueOf(serial))
            .subject("CN=server " + serial)
            .setIsCertificateAuthority(true);
    if (hostNames.length > 0) {
      builder.addExtensionOctetString(SUBJECT_ALTERNATIVE_NAME, false, dnsNames(hostNames));
    }
    return builder.buildSelfSigned();
  }

  /** A self-signed certificate that nobody may use any more. */
  public static X509Bundle expired(long serial, Instant end) throws Exception {
    return new CertificateBuilder()
        .algorithm(CertificateBuilder.Algorithm.ecp256)
        .serial(BigInteger.valueOf(serial))
        .subject("CN=expired " + serial)
        .setIsCertificateAuthority(true)
        .notBefore(end.minus(Duration.ofDays(1)))
        .notAfter(end)
        .buildSelfSigned();
  }

  /** GeneralNames of RFC 5280 §4.2.1.6 in DER; the builder itself takes no wildcards. */
  private static byte[] dnsNames(String... hostNames) {
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    for (String name : hostNames) {
      byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
      names.write(0x82); // [2] dNSName
      names.write(ascii.length);
      names.writeBytes(ascii);
    }
    ByteArrayOutputStream sequence = new ByteArrayOutputStream();
    sequence.write(0x30);
    sequence.write(names.size());
    sequence.writeBytes(names.toByteArray());
    return sequence.toByteArray();
  }

  /** An authority. */
  public static X509Bundle authority(String name) throws Exception {
    return new CertificateBuilder()
        .algorithm(CertificateBuilder.Algorithm.ecp256)
        .subject("CN=" + name)
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  /** A client certificate issued by an authority. */
  public static X509Bundle client(X509Bundle authority) throws Exception {
    return new CertificateBuilder()
        .algorithm(CertificateBuilder.Algorithm.ecp256)
        .subject("CN=client")
        .addExtendedKeyUsageClientAuth()
        .buildIssuedBy(authority);
  }

  /** Writes chain and key, as {@code name.crt} and {@code name.key}. */
  public static TlsFiles write(Path directory, String name, X509Bundle bundle) throws IOException {
    Path certificate = directory.resolve(name + ".crt");
    Path key = directory.resolve(name + ".key");
    Files.writeString(certificate, bundle.getCertificatePathPEM());
    Files.writeString(key, bundle.getPrivateKeyPEM());
    return new TlsFiles(certificate, key);
  }

  /** A client that trusts everybody and shows a certificate, if it has one. */
  public static SSLContext clientContext(@Nullable X509Bundle identity)
      throws GeneralSecurityException, IOException {
    KeyManager[] keys = null;
    if (identity != null) {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(identity.toKeyStore("x".toCharArray()), "x".toCharArray());
      keys = factory.getKeyManagers();
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, List.of(TrustAll.INSTANCE).toArray(TrustAll[]::new), new SecureRandom());
    return context;
  }

  /** Serial number of a certificate, as the tests tell them apart. */
  public static long serial(java.security.cert.Certificate certificate) {
    return ((X509Certificate) certificate).getSerialNumber().longValue();
  }
}
