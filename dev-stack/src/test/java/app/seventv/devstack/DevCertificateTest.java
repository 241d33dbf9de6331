package app.seventv.devstack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevCertificateTest {
  @TempDir Path directory;

  @Test
  void keyAndCertificateBelongTogetherAndNameThisMachine() throws Exception {
    DevCertificate made = DevCertificate.in(directory, Instant.now());
    X509Certificate certificate = made.read();

    Signature signature = Signature.getInstance("SHA256withECDSA");
    byte[] der =
        Base64.getMimeDecoder()
            .decode(Files.readString(made.keyFile()).replaceAll("-----[A-Z ]+-----", ""));
    signature.initSign(KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)));
    signature.update(new byte[] {1, 2, 3});
    byte[] signed = signature.sign();
    signature.initVerify(certificate);
    signature.update(new byte[] {1, 2, 3});

    assertThat(signature.verify(signed)).isTrue();
    assertThat(((ECPublicKey) certificate.getPublicKey()).getParams().getOrder().bitLength())
        .isEqualTo(256);
    assertThat(certificate.getSubjectAlternativeNames())
        .contains(List.of(2, "localhost"), List.of(7, "127.0.0.1"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.keyFile())))
        .isEqualTo("rw-------");
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void isKeptUntilItIsAboutToExpire() throws Exception {
    Instant now = Instant.now();
    X509Certificate first = DevCertificate.in(directory, now).read();

    assertThat(DevCertificate.in(directory, now.plus(Duration.ofDays(300))).read())
        .isEqualTo(first);
    assertThat(DevCertificate.in(directory, now.plus(Duration.ofDays(340))).read())
        .isNotEqualTo(first);
  }
}
