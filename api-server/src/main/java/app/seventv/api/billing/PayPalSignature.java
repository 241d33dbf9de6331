package app.seventv.api.billing;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.core.http.Request;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.zip.CRC32;

/** Checks that a delivery is PayPal's, with the certificate it names (api-v3.md §10.2). */
final class PayPalSignature {
  private static final int MAX_CERTIFICATES = 16;
  private static final int MAX_CERTIFICATE_BYTES = 64 * 1024;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient http;
  private final String certificateBase;
  private final String webhookId;
  private final InstantSource clock;
  private final Cache<String, X509Certificate> certificates =
      Caffeine.newBuilder().maximumSize(MAX_CERTIFICATES).build();

  /**
   * @param certificateBase what the address of a certificate must start with: it decides whom we
   *     believe
   */
  PayPalSignature(HttpClient http, URI certificateBase, String webhookId, InstantSource clock) {
    this.http = http;
    String base = certificateBase.toString();
    this.certificateBase = base.endsWith("/") ? base : base + "/";
    this.webhookId = webhookId;
    this.clock = clock;
  }

  /**
   * Checks a delivery.
   *
   * @throws ApiException 400 BAD_REQUEST without the headers, 400 PAYPAL_ERROR if it is not
   *     PayPal's, 500 PAYPAL_ERROR if the certificate cannot be read
   */
  void require(Request head, byte[] body) {
    String address = header(head, "paypal-cert-url");
    String signature = header(head, "paypal-transmission-sig");
    String id = header(head, "paypal-transmission-id");
    String time = header(head, "paypal-transmission-time");
    if (!address.startsWith(certificateBase)) {
      throw ApiException.badRequest("invalid paypal-cert-url header");
    }
    CRC32 checksum = new CRC32();
    checksum.update(body);
    String signed = id + "|" + time + "|" + webhookId + "|" + checksum.getValue();
    try {
      X509Certificate certificate = certificate(address);
      certificate.checkValidity(Date.from(clock.instant()));
      Signature verifier = Signature.getInstance("SHA256withRSA");
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(signed.getBytes(StandardCharsets.UTF_8));
      if (verifier.verify(Base64.getDecoder().decode(signature))) {
        return;
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // refused below
    }
    throw new ApiException(400, ErrorCode.PAYPAL_ERROR, "invalid signature");
  }

  private static String header(Request head, String name) {
    String value = head.header(name);
    if (value == null) {
      throw ApiException.badRequest("missing " + name + " header");
    }
    return value;
  }

  private X509Certificate certificate(String address) throws CertificateException {
    X509Certificate known = certificates.getIfPresent(address);
    if (known != null) {
      return known;
    }
    X509Certificate read =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(download(URI.create(address))));
    certificates.put(address, read);
    return read;
  }

  private byte[] download(URI address) {
    try {
      HttpResponse<byte[]> response =
          http.send(
              HttpRequest.newBuilder(address).timeout(TIMEOUT).build(),
              HttpResponse.BodyHandlers.limiting(
                  HttpResponse.BodyHandlers.ofByteArray(), MAX_CERTIFICATE_BYTES));
      if (response.statusCode() != 200) {
        throw new ApiException(500, ErrorCode.PAYPAL_ERROR, "certificate is not there");
      }
      return response.body();
    } catch (IOException e) {
      throw ApiException.internal(ErrorCode.PAYPAL_ERROR, "certificate is not readable", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiException.internal(ErrorCode.PAYPAL_ERROR, "certificate is not readable", e);
    }
  }
}
