package app.seventv.devstack.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class DevS3Test {
  private static final SdkAsyncHttpClient HTTP = NettyNioAsyncHttpClient.create();

  @TempDir static Path directory;

  private static DevS3 server;
  private static S3AsyncClient client;

  @BeforeAll
  static void start() throws Exception {
    server = DevS3.start(directory, 0);
    client = client(server, DevS3.SECRET_KEY);
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
    HTTP.close();
  }

  @Test
  void bothBucketsExist() {
    assertThat(client.listBuckets().join().buckets())
        .extracting(bucket -> bucket.name())
        .containsExactlyInAnyOrder(DevS3.PUBLIC_BUCKET, DevS3.PRIVATE_BUCKET);
  }

  @Test
  void anObjectComesBackWithItsHeaders() {
    put(client, "emote/one/4x.webp", "bytes");

    var got =
        client
            .getObject(
                r -> r.bucket(DevS3.PUBLIC_BUCKET).key("emote/one/4x.webp"),
                AsyncResponseTransformer.toBytes())
            .join();

    assertThat(got.asUtf8String()).isEqualTo("bytes");
    assertThat(got.response().contentType()).isEqualTo("image/webp");
    assertThat(got.response().cacheControl()).isEqualTo("public, max-age=604800, immutable");
  }

  @Test
  void aMissingObjectIsNoSuchKey() {
    assertThatThrownBy(() ->
            client
                .getObject(
                    r -> r.bucket(DevS3.PUBLIC_BUCKET).key("absent"),
                    AsyncResponseTransformer.toBytes())
                .join())
        .hasCauseInstanceOf(NoSuchKeyException.class);
  }

  @Test
  void aWrongSecretIsRefused() {
    try (S3AsyncClient stranger = client(server, "another-secret")) {
      assertThatThrownBy(() -> put(stranger, "emote/two", "bytes"))
          .hasCauseInstanceOf(S3Exception.class)
          .hasMessageContaining("403");
    }
  }

  @Test
  void objectsOutliveTheServer(@TempDir Path kept) throws Exception {
    try (DevS3 first = DevS3.start(kept, 0);
        S3AsyncClient writer = client(first, DevS3.SECRET_KEY)) {
      put(writer, "emote/three", "kept");
    }
    try (DevS3 second = DevS3.start(kept, 0);
        S3AsyncClient reader = client(second, DevS3.SECRET_KEY)) {
      assertThat(
              reader
                  .getObject(
                      r -> r.bucket(DevS3.PUBLIC_BUCKET).key("emote/three"),
                      AsyncResponseTransformer.toBytes())
                  .join()
                  .asUtf8String())
          .isEqualTo("kept");
    }
  }

  private static void put(S3AsyncClient client, String key, String body) {
    client
        .putObject(
            r ->
                r.bucket(DevS3.PUBLIC_BUCKET)
                    .key(key)
                    .contentType("image/webp")
                    .cacheControl("public, max-age=604800, immutable"),
            AsyncRequestBody.fromBytes(body.getBytes(StandardCharsets.UTF_8)))
        .join();
  }

  private static S3AsyncClient client(DevS3 server, String secret) {
    return S3AsyncClient.builder()
        .endpointOverride(server.endpoint())
        .region(Region.of(DevS3.REGION))
        .forcePathStyle(true)
        .httpClient(HTTP)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(DevS3.ACCESS_KEY, secret)))
        .build();
  }
}
