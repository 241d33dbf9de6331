package app.seventv.imageprocessor;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** A bucket, or a folder of one. */
final class S3Drive implements Drive {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(30);

  /**
   * Settings of one bucket.
   *
   * @param endpoint empty = Amazon's own for the region
   * @param prefixPath goes before every path, empty = none
   * @param acl of objects that ask for none
   */
  record Settings(
      String name,
      Mode mode,
      String bucket,
      String accessKey,
      String secretKey,
      String region,
      Optional<URI> endpoint,
      String prefixPath,
      boolean forcePathStyle,
      int maxConnections,
      Optional<String> acl) {}

  private final Settings settings;
  private final S3AsyncClient client;

  /** Connects lazily: no network traffic before the first read or write. */
  S3Drive(Settings settings) {
    this.settings = settings;
    S3AsyncClientBuilder builder =
        S3AsyncClient.builder()
            .region(Region.of(settings.region))
            .forcePathStyle(settings.forcePathStyle)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(settings.accessKey, settings.secretKey)))
            // Stores other than Amazon's do not all know the check sum trailers.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                o -> o.apiCallTimeout(CALL_TIMEOUT).apiCallAttemptTimeout(ATTEMPT_TIMEOUT))
            .httpClientBuilder(
                NettyNioAsyncHttpClient.builder().maxConcurrency(settings.maxConnections));
    settings.endpoint.ifPresent(builder::endpointOverride);
    this.client = builder.build();
  }

  @Override
  public String name() {
    return settings.name;
  }

  @Override
  public Mode mode() {
    return settings.mode;
  }

  @Override
  public @Nullable String acl() {
    return settings.acl.orElse(null);
  }

  private String key(String path) {
    String joined = settings.prefixPath + "/" + path;
    int start = 0;
    while (start < joined.length() && joined.charAt(start) == '/') {
      start++;
    }
    return joined.substring(start);
  }

  @Override
  public byte[] read(String path, long maxBytes) throws IOException {
    try (ResponseInputStream<GetObjectResponse> in =
        join(
            client.getObject(
                request -> request.bucket(settings.bucket).key(key(path)),
                AsyncResponseTransformer.toBlockingInputStream()))) {
      Long length = in.response().contentLength();
      if (length != null && length > maxBytes) {
        in.abort();
        throw new IOException("object is larger than " + maxBytes + " bytes");
      }
      byte[] data = in.readNBytes((int) Math.min(maxBytes + 1, Integer.MAX_VALUE - 8));
      if (data.length > maxBytes) {
        in.abort();
        throw new IOException("object is larger than " + maxBytes + " bytes");
      }
      return data;
    }
  }

  @Override
  public void write(String path, byte[] data, WriteOptions options) throws IOException {
    join(client.putObject(request(path, options), AsyncRequestBody.fromBytes(data)));
  }

  @Override
  public void write(String path, Path file, WriteOptions options) throws IOException {
    join(client.putObject(request(path, options), AsyncRequestBody.fromFile(file)));
  }

  private PutObjectRequest request(String path, WriteOptions options) {
    String acl = options.acl() == null ? acl() : options.acl();
    return PutObjectRequest.builder()
        .bucket(settings.bucket)
        .key(key(path))
        .contentType(options.contentType())
        .cacheControl(options.cacheControl())
        .contentDisposition(options.contentDisposition())
        .acl(acl)
        .build();
  }

  private static <T> T join(CompletableFuture<T> future) throws IOException {
    try {
      return future.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(cause.getMessage(), cause);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
