package app.seventv.api.cosmetics;

import app.seventv.api.common.ApiException;
import app.seventv.api.web.OriginPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the image that a paint's definition names. Only configured origins are asked, redirects
 * are not followed and the size is limited, so that the API cannot be used to reach other services
 * (api-v3.md §16, 10).
 */
public final class PaintImages {
  /** Largest image. */
  public static final int MAX_BYTES = 7 * 1024 * 1024;

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient http;
  private final OriginPolicy origins;

  public PaintImages(HttpClient http, OriginPolicy origins) {
    this.http = http;
    this.origins = origins;
  }

  /**
   * Reads an image.
   *
   * @throws ApiException 400 for an address that is no URL, not allowed or gives no image
   */
  public byte[] fetch(@Nullable String address) {
    URI uri = OriginPolicy.parse(address);
    if (uri == null) {
      throw ApiException.badRequest("invalid image url");
    }
    if (!origins.allows(address)) {
      throw ApiException.badRequest("images are not fetched from this host");
    }
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).build();
    try {
      HttpResponse<InputStream> response =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          throw ApiException.badRequest("image url answered " + response.statusCode());
        }
        byte[] image = body.readNBytes(MAX_BYTES + 1);
        if (image.length > MAX_BYTES) {
          throw ApiException.badRequest("image is too large");
        }
        return image;
      }
    } catch (IOException e) {
      throw ApiException.badRequest("image could not be fetched");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiException.badRequest("image could not be fetched");
    }
  }
}
