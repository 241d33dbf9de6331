package app.seventv.core.http;

import app.seventv.core.tls.TlsFiles;
import app.seventv.core.tls.TrustAll;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** A fresh self-signed certificate for loopback, and a client context that accepts it. */
public final class TestCertificate {
  private TestCertificate() {}

  /** Writes certificate and key into the directory. */
  public static TlsFiles in(Path directory) throws Exception {
    return in(directory, 0);
  }

  private static CertificateBuilder builder() {
    return new CertificateBuilder()
        .algorithm(CertificateBuilder.Algorithm.ecp256)
        .subject("CN=localhost")
        .addSanDnsName("localhost")
        .addSanIpAddress("127.0.0.1")
        .setIsCertificateAuthority(true);
  }

  /** The same for more names, each of which takes 55 bytes. */
  public static TlsFiles in(Path directory, int moreNames) throws Exception {
    CertificateBuilder builder = builder();
    for (int i = 0; i < moreNames; i++) {
      builder.addSanDnsName("a-name-of-this-certificate-that-takes-room-%03d.example".formatted(i));
    }
    return write(directory, builder.buildSelfSigned());
  }

  private static TlsFiles write(Path directory, X509Bundle bundle) throws IOException {
    Path certificate = Files.writeString(directory.resolve("cert.pem"), bundle.getCertificatePEM());
    Path key = Files.writeString(directory.resolve("key.pem"), bundle.getPrivateKeyPEM());
    return new TlsFiles(certificate, key);
  }

  /** Accepts any certificate. */
  public static SSLContext trustingClient()
      throws NoSuchAlgorithmException, KeyManagementException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {TrustAll.INSTANCE}, new SecureRandom());
    return context;
  }
}
