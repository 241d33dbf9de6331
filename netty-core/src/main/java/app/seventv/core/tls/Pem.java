package app.seventv.core.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads certificates and keys in PEM form (RFC 7468); messages name the file, never its content.
 */
final class Pem {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private Pem() {}

  /**
   * All certificates of a file, in order.
   *
   * @throws IOException if there is none, or one is damaged
   */
  static List<X509Certificate> certificates(Path file, byte[] content) throws IOException {
    try {
      List<X509Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (chain.isEmpty()) {
        throw new IOException("no certificate in " + file);
      }
      return chain;
    } catch (CertificateException e) {
      throw new IOException("no valid certificate in " + file, e);
    }
  }

  /**
   * The private key of a file.
   *
   * @throws IOException if there is none in PKCS#8, or none of a kind that TLS uses
   */
  static PrivateKey privateKey(Path file, byte[] content) throws IOException {
    Matcher matcher = PKCS8.matcher(new String(content, StandardCharsets.US_ASCII));
    if (!matcher.find()) {
      throw new IOException("no PKCS#8 private key in " + file);
    }
    PKCS8EncodedKeySpec spec;
    try {
      spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
    } catch (IllegalArgumentException e) {
      throw new IOException("damaged private key in " + file, e);
    }
    InvalidKeySpecException otherKind = new InvalidKeySpecException("no algorithm");
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        otherKind = e;
      } catch (GeneralSecurityException e) {
        throw new IOException("private key cannot be read: " + file, e);
      }
    }
    throw new IOException("private key is neither EC, RSA nor EdDSA: " + file, otherKind);
  }

  /** Whether the key is that of the certificate: signs with the one, verifies with the other. */
  static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "EdDSA";
        };
    byte[] probe = new byte[32];
    new SecureRandom().nextBytes(probe);
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(probe);
      byte[] signature = signer.sign();
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(probe);
      return verifier.verify(signature);
    } catch (GeneralSecurityException otherKindOfKey) {
      return false;
    }
  }
}
