package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;

/** Answers in the coding that the client asks for (api-v3.md §2, api-v4.md §2). */
class CompressionTest extends OneApi {
  private HttpResponse<byte[]> types(String coding) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(api.uri("/v4/gql"))
              .header("accept-encoding", coding)
              .header("content-type", "application/json")
              .POST(BodyPublishers.ofString("{\"query\":\"{__schema{types{name}}}\"}"))
              .build(),
          BodyHandlers.ofByteArray());
    }
  }

  @Test
  void answersAreCompressedOnRequestAndOtherwiseTheSame() throws Exception {
    HttpResponse<byte[]> plain = types("identity");
    assertThat(plain.statusCode()).isEqualTo(200);
    assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
    for (String coding : new String[] {"gzip", "deflate", "br", "zstd"}) {
      HttpResponse<byte[]> coded = types(coding);
      assertThat(coded.headers().firstValue("content-encoding")).as(coding).contains(coding);
      assertThat(coded.headers().allValues("vary")).anyMatch(v -> v.contains("accept-encoding"));
      assertThat(coded.headers().firstValue("access-control-allow-methods"))
          .isEqualTo(plain.headers().firstValue("access-control-allow-methods"));
      assertThat(coded.body().length).isLessThan(plain.body().length);
    }
    try (InputStream gzip = new GZIPInputStream(new ByteArrayInputStream(types("gzip").body()));
        InputStream zlib =
            new InflaterInputStream(new ByteArrayInputStream(types("deflate").body()))) {
      assertThat(gzip.readAllBytes()).isEqualTo(plain.body());
      assertThat(zlib.readAllBytes()).isEqualTo(plain.body());
    }
  }
}
